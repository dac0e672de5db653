//! Builds the library of the plugin and loads it, as a host does.

use plugin_interface::testing;

use FULL_PATH;

#[test]
fn a_host_loads_the_plugin() {
    let plugins = testing::build_and_load!("my-plugin");
    assert_eq!(plugins[0].name(), "MyPlugin");
    let _plugin = plugins[0].proxy::<dyn Interface>().expect("the interface");
}
