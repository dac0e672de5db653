//! Directories of several plugins that a `plugins.toml` configures.

use plugin_interface::{
    Configuration, ErrorClass, Greeter, LiveOptions, LoadError, LoadPolicy, PluginManager,
};

use crate::fixtures::Directory;

fn configuration(text: &str) -> Configuration {
    Configuration::parse("plugins.toml", text.as_bytes()).unwrap()
}

fn configured(text: &str) -> PluginManager {
    PluginManager::with_policy(LoadPolicy::new().configuration(configuration(text)))
}

/// The packages in the order in which they were loaded.
fn packages(manager: &mut PluginManager, directory: &Directory) -> Vec<String> {
    let loaded = manager.load_all(directory.path()).unwrap();
    let mut packages: Vec<_> =
        loaded.iter().map(|plugin| plugin.metadata().package.name.clone()).collect();
    packages.dedup();
    packages
}

#[test]
fn a_directory_is_loaded_in_the_order_of_the_file() {
    // The names of their files say another order.
    let directory = Directory::new();
    directory.add("healthy", "a");
    directory.add("strict", "b");
    directory.add("stateful", "c");
    let mut manager = PluginManager::new();
    assert_eq!(packages(&mut manager, &directory), ["healthy", "strict", "stateful"]);
    manager.configure(configuration("order = [\"stateful\", \"missing\", \"strict\"]\n"));
    assert_eq!(packages(&mut manager, &directory), ["stateful", "strict", "healthy"]);
}

#[test]
fn a_disabled_plugin_is_not_loaded_and_its_line_is_named() {
    let directory = Directory::of(&["healthy", "strict"]);
    let mut manager = configured("\n[plugins.healthy]\nenabled = false\n");
    assert_eq!(packages(&mut manager, &directory), ["strict"]);
    let [rejected] = manager.rejected() else { panic!("{:?}", manager.rejected()) };
    let LoadError::Disabled { package, line: 3, .. } = &rejected.error else {
        panic!("{rejected}")
    };
    assert_eq!((&**package, rejected.error.class()), ("healthy", ErrorClass::Refused));
    assert!(rejected.to_string().ends_with("which plugins.toml:3 disables"), "{rejected}");
    manager.configure(configuration("[plugins.healthy]\nenabled = true\n"));
    assert_eq!(packages(&mut manager, &directory), ["healthy", "strict"]);
    let options = LiveOptions::new()
        .policy(LoadPolicy::new().configuration(configuration("plugins.healthy.enabled = false")));
    let live = options.registration("Twin").open::<dyn Greeter>(directory.library("healthy"));
    assert!(live.unwrap_err().to_string().contains("plugins.toml:1 disables"));
}

#[test]
fn settings_for_a_plugin_that_has_none_are_a_mistake() {
    let directory = Directory::of(&["healthy"]);
    let mut manager = configured("[plugins.healthy]\n\n[plugins.healthy.settings]\ncolour = 1\n");
    assert_eq!(packages(&mut manager, &directory), [""; 0]);
    let rejected = manager.rejected()[0].to_string();
    assert!(
        rejected.ends_with(
            "plugins.toml:4: the plugin healthy has no settings, found the key `plugins.healthy.settings.colour`; remove it"
        ),
        "{rejected}"
    );
}

#[test]
fn a_plugin_that_is_not_in_the_directory_is_named_with_what_was_meant() {
    let directory = Directory::of(&["healthy"]);
    let configuration = configuration(
        "order = [\"healthy\",\n \"other\"]\n[plugins.helthy]\nenabled = false\n[plugins.healthy.settings]\na = 1\n",
    );
    let mistakes = configuration.check_directory(directory.path()).unwrap();
    let folder = directory.path().display();
    let expected = [
        format!("plugins.toml:2: no plugin in {folder} is of the package other"),
        format!(
            "plugins.toml:3: no plugin in {folder} is of the package helthy; did you mean `healthy`?"
        ),
        "plugins.toml:6: the plugin healthy has no settings, found the key `plugins.healthy.settings.a`; remove it"
            .to_owned(),
    ];
    assert_eq!(mistakes.iter().map(|it| it.to_string()).collect::<Vec<_>>(), expected);
    let missing = directory.path().join("missing");
    assert!(configuration.check_directory(missing).is_err());
}
