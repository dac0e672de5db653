//! Values arrive, and what is not in the file has its default.

use plugin_interface::metadata::SettingKind;
use plugin_interface::{Greeter, LiveOptions, LoadPolicy, PluginManager, inspect};

use super::{configuration, configured, directory, library, load, said};

const ALL: &str = r#"
[plugin.settings]
quality = 0x1f
patient = true
gamma = 1
name = "ä\n"
folder = "/pictures"
speed = "slow"
tags = []
sizes = [1, 2]
limit = -9_000_000_000
colours = { red = 1, "deep red" = 2 }
type = "t"
extra = true

[[plugin.settings.filters]]
name = "blur"

[[plugin.settings.filters]]
name = "edge"
strength = 5

[plugin.settings.cache]
entries = 3
"#;

#[test]
fn a_setting_of_each_kind_arrives() {
    let (manager, plugins) = configured(ALL);
    assert!(manager.rejected().is_empty(), "{:?}", manager.rejected());
    let told = said(&plugins, "Told");
    let expected = r#"Settings { quality: 31, patient: true, gamma: 1.0, name: "ä\n", folder: "/pictures", speed: Slow, tags: [], sizes: Some([1, 2]), limit: Some(-9000000000), filters: [Filter { name: "blur", strength: -1 }, Filter { name: "edge", strength: 5 }], colours: Some({"deep red": 2, "red": 1}), cache: Cache { entries: 3 }, type: Some("t") }"#;
    assert_eq!(told.split(" [\"the").next(), Some(expected));
    assert_eq!(
        said(&plugins, "Few"),
        "Fewer { quality: 31, extra: Some(true), limit: Some(-9000000000) }"
    );
}

#[test]
fn what_is_not_in_the_file_has_its_default() {
    let (_manager, plugins) = configured("[plugin.settings]\nfolder = \"f\"\n");
    let told = said(&plugins, "Told");
    let expected = r#"Settings { quality: 80, patient: false, gamma: 0.5, name: "out.png", folder: "f", speed: VeryFast, tags: ["a", "b"], sizes: None, limit: None, filters: [], colours: None, cache: Cache { entries: 16 }, type: None }"#;
    assert_eq!(told.split(" [\"the").next(), Some(expected));
}

#[test]
fn without_a_configuration_a_plugin_has_its_defaults_or_says_what_it_lacks() {
    let directory = directory();
    let mut manager = PluginManager::new();
    let plugins = load(directory.path(), &mut manager);
    assert_eq!(said(&plugins, "Few"), "Fewer { quality: 80, extra: None, limit: None }");
    let [rejected] = manager.rejected() else { panic!("{:?}", manager.rejected()) };
    assert!(
        rejected.to_string().contains(
            "expected a value for the setting `folder`, found none: the host must be configured"
        ),
        "{rejected}"
    );
}

#[test]
fn a_live_plugin_is_configured_by_its_policy() {
    let directory = directory();
    let path = directory.path().join(library().file_name().unwrap());
    let policy = LoadPolicy::new()
        .configuration(configuration("[plugin.settings]\nfolder = \"f\"\nquality = 7\n"));
    let live = LiveOptions::new().policy(policy).registration("Few");
    let live = live.open::<dyn Greeter>(&path).unwrap();
    assert_eq!(live.get().greet(""), "Fewer { quality: 7, extra: None, limit: None }");
}

#[test]
fn the_metadata_describes_each_setting() {
    let declared = inspect(library()).unwrap().settings;
    assert_eq!(declared.len(), 2);
    let told = declared.iter().find(|it| it.registration == "Told").unwrap();
    assert_eq!(told.interface, "plugin_interface::greeter::Greeter");
    let described: Vec<_> = told
        .settings
        .iter()
        .map(|it| {
            let default = it.default.as_deref().unwrap_or("-");
            format!("{}: {}, {default}, {}", it.name, it.kind, it.is_required())
        })
        .collect();
    assert_eq!(
        described,
        [
            "quality: an integer from 1 to 100, 80, false",
            "patient: true or false, false, false",
            "gamma: a number from 0 to 1, 0.5, false",
            "name: a text, \"out.png\", false",
            "folder: a path, -, true",
            "speed: one of \"slow\", \"very-fast\", \"very-fast\", false",
            "tags: a list, each of a text, [\"a\", \"b\"], false",
            "sizes: a list, each of an integer from 0 to 65535, -, false",
            "limit: an integer, -, false",
            "filters: a list, each of a table, [], false",
            "colours: a table, each value of an integer from 0 to 4294967295, -, false",
            "cache: a table, -, false",
            "type: a text, -, false",
        ]
    );
    assert_eq!(told.settings[0].doc, "The quality of the picture.\n\nMore is larger.");
    let SettingKind::Choice(choices) = &told.settings[5].kind else { panic!("an enum") };
    assert_eq!(choices[0].doc, "The best.");
}
