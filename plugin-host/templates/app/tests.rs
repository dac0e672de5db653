//! Tests that build the plugin, load its library and call it, as the host does.

use plugin_interface::testing;

use my_app_interface::{Tool, ToolProxy};

fn shout() -> ToolProxy {
    let plugins = testing::build_and_load!("my-app-shout");
    plugins[0].proxy::<dyn Tool>().expect("a tool")
}

#[test]
fn the_plugin_changes_text() {
    assert_eq!(shout().apply("hello"), Ok("HELLO!".to_owned()));
}

#[test]
fn the_plugin_refuses_an_empty_text() {
    assert_eq!(
        shout().apply(""),
        Err("expected a text, found an empty one".to_owned())
    );
}
