//! A `plugins.toml` that changes while its directory is watched.

use std::fs;
use std::path::Path;

use plugin_interface::{Events, Greeter, Plugin, PluginEvent, Plugins};

use crate::directory;
use crate::waiting::{DEADLINE, until};

/// Writes the configuration at once.
fn write(directory: &Path, text: &str) {
    let new = directory.join("new");
    fs::write(&new, text.replace("[plugin", "[plugins.plugin-interface")).unwrap();
    fs::rename(new, directory.join("plugins.toml")).unwrap();
}

fn said(plugins: &Plugins<dyn Greeter>) -> String {
    plugins.get("Few").map_or_else(String::new, |plugin| plugin.greet(""))
}

/// Waits for a failure with that text.
fn fails(events: &Events<PluginEvent>, text: &str) {
    loop {
        let event = events.next_within(DEADLINE).expect("a failure is reported");
        if matches!(event, PluginEvent::Failed { .. }) && event.to_string().contains(text) {
            return;
        }
    }
}

#[test]
fn a_changed_configuration_creates_disables_and_enables_plugins() {
    let directory = directory();
    let directory = directory.path();
    let plugins = Plugins::<dyn Greeter>::open(directory).unwrap();
    let events = plugins.events();
    let first = said(&plugins);
    assert!(first.contains("80"), "the default: {first}");

    write(directory, "[plugin.settings]\nfolder = \"pictures\"\nquality = 7\n");
    until("the setting is there", || said(&plugins) == first.replace("80", "7"));
    assert_eq!(Plugin::generation(&plugins.get("Few").unwrap()), 2);

    // A mistake in a setting, and one in the file, leave the plugins as they are.
    write(directory, "[plugin.settings]\nfolder = \"pictures\"\nquality = 1000\n");
    fails(&events, "quality");
    write(directory, "odrer = []\n");
    fails(&events, "odrer");
    let mistakes =
        || plugins.rejected().iter().filter(|it| it.to_string().contains("odrer")).count();
    assert_eq!((said(&plugins), mistakes()), (first.replace("80", "7"), 1));

    write(directory, "[plugin]\nenabled = false\n");
    fails(&events, "plugins.toml:2 disables");
    until("it is disabled", || plugins.all().is_empty());
    assert_eq!(mistakes(), 0);
    assert!(plugins.rejected().iter().any(|it| it.to_string().contains("plugins.toml:2 disables")));

    fs::remove_file(directory.join("plugins.toml")).unwrap();
    until("it is enabled, with the default", || said(&plugins) == first);
    let is_disabled =
        |it: &std::sync::Arc<plugin_interface::WatchError>| it.to_string().contains("disables");
    until("the reason is gone", || !plugins.rejected().iter().any(is_disabled));
    assert!(plugins.close(DEADLINE));
}
