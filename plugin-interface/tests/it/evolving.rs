//! Interfaces that grow: what still fits, what does not, and what is said.

use std::panic::AssertUnwindSafe;

use evolving::{
    Level, LevelProxy, Newer, NewerProxy, Older, OlderProxy, OtherAttributes, RenamedParameter,
};
use plugin_interface::{CallError, Interface, LoadError, PluginManager, PluginTrait};

use crate::fixtures::Directory;

pub(crate) fn load<I: Interface + ?Sized>() -> I::Proxy {
    let directory = Directory::of(&["evolving"]);
    let mut manager = PluginManager::new();
    let mut proxies = manager.load::<I>(directory.path()).unwrap();
    proxies.pop().unwrap_or_else(|| panic!("{:?}", manager.rejected()))
}

#[test]
fn what_an_older_plugin_lacks_runs_its_default_with_what_it_has() {
    let mut older = load::<dyn Older>();
    assert_eq!(older.name(), "plugin");
    assert_eq!(older.loud_name(), "PLUGIN");
    assert_eq!(older.louder_name("!"), Ok("PLUGIN!".to_owned()));
    assert_eq!(older.name_twice(), "plugin");
    assert_eq!(older.name_twice(), "plugins");
    assert_eq!(older.count(), 3);
}

#[test]
fn a_proxy_knows_what_its_plugin_implements_itself() {
    let older = load::<dyn Older>();
    let supported = ["name", "count", "loud_name", "name_twice", "louder_name"]
        .map(|method| OlderProxy::supports(&older, method));
    assert_eq!(supported, [true, true, false, false, false]);
    assert!(LevelProxy::supports(&load::<dyn Level>(), "title"));
}

#[test]
fn a_checked_view_runs_defaults_and_contains_their_panics() {
    let mut older = load::<dyn Older>();
    assert_eq!(OlderProxy::checked(&older).loud_name(), Ok("PLUGIN".to_owned()));
    let error = OlderProxy::checked(&older).louder_name("?").unwrap_err();
    let CallError::Panicked { interface, method, message, .. } = error else {
        panic!("expected a panic, found {error}")
    };
    assert_eq!((interface, method, &*message), ("Older", "louder_name", "asked for ?"));
    assert_eq!(OlderProxy::checked_mut(&mut older).name_twice(), Ok("plugin"));
    assert_eq!(OlderProxy::checked_mut(&mut older).name(), Ok("plugin"));
}

#[test]
fn a_newer_plugin_serves_an_older_host() {
    let newer = load::<dyn Newer>();
    assert_eq!(newer.name(), "newer");
    // Not a method of this host's, so that it is no answer about the plugin.
    let asked =
        std::panic::catch_unwind(AssertUnwindSafe(|| NewerProxy::supports(&newer, "title")));
    let message = *asked.unwrap_err().downcast::<String>().unwrap();
    assert_eq!(message, "the interface Newer has no method `title`; it has name");
}

#[test]
fn a_default_of_both_sides_is_the_plugins() {
    let level = load::<dyn Level>();
    assert_eq!((level.name(), level.title()), ("level".to_owned(), "another default".to_owned()));
    assert_eq!(load::<dyn RenamedParameter>().set(1), 2);
}

#[test]
fn how_a_type_is_laid_out_by_its_author_changes_nothing() {
    let values = vec![evolving::Plain { value: 1 }; 3];
    load::<dyn OtherAttributes>().take(values);
}

/// The refusal of the plugin for an interface.
pub(crate) fn refusal<I: Interface + ?Sized>() -> String {
    let directory = Directory::of(&["evolving"]);
    let mut manager = PluginManager::new();
    let handles = manager.load_plugins(directory.path(), PluginTrait::of::<I>()).unwrap();
    assert!(handles.is_empty());
    let [rejected] = manager.rejected() else { panic!("one file, one reason") };
    let LoadError::Mismatch { mismatch, .. } = &rejected.error else {
        panic!("{}", rejected.error)
    };
    assert!(rejected.error.to_string().ends_with(&mismatch.to_string()));
    mismatch.to_string()
}

#[test]
fn every_other_change_is_refused_and_named() {
    let append = "\n  build both against one version of the interface, or append the method with a default body and `#[since(\"..\")]`";
    let rebuild = "\n  build both against one version of the crate that defines the interface";
    let one = "(version 1.0) and plugin (version 1.0)";
    for (found, interface, versions, difference, remedy) in [
        (
            refusal::<dyn evolving::Appended>(),
            "Appended",
            "(version 1.1) and plugin (version 1.0)",
            "\n  method title:\n    host   fn title(&self) -> String\n    plugin (none)",
            append,
        ),
        (
            refusal::<dyn evolving::Removed>(),
            "Removed",
            "(version 1.1) and plugin (version 1.0)",
            "\n  method size:\n    host   fn size(&self) -> u32\n    plugin (none)",
            append,
        ),
        (
            refusal::<dyn evolving::Reordered>(),
            "Reordered",
            one,
            "\n  the order of the methods:\n    host   name, title\n    plugin title, name",
            rebuild,
        ),
        (
            refusal::<dyn evolving::Renamed>(),
            "Renamed",
            one,
            "\n  method name:\n    host   fn name(&self) -> String\n    plugin fn called(&self) -> String",
            rebuild,
        ),
        (
            refusal::<dyn evolving::Retyped>(),
            "Retyped",
            one,
            "\n  method size:\n    host   fn size(&self) -> u32\n    plugin fn size(&self) -> u64",
            rebuild,
        ),
        (
            refusal::<dyn evolving::OtherParameter>(),
            "OtherParameter",
            one,
            "\n  method set:\n    host   fn set(&self, value: Option<u32>)\n    plugin fn set(&self, _value: u32)",
            rebuild,
        ),
        (
            refusal::<dyn evolving::MoreParameters>(),
            "MoreParameters",
            one,
            "\n  method set:\n    host   fn set(&self, value: u32, unit: &str)\n    plugin fn set(&self, _value: u32)",
            rebuild,
        ),
        (
            refusal::<dyn evolving::OtherReceiver>(),
            "OtherReceiver",
            one,
            "\n  method set:\n    host   fn set(&mut self)\n    plugin fn set(&self)",
            rebuild,
        ),
        (
            refusal::<dyn evolving::OtherMarkers>(),
            "OtherMarkers",
            one,
            "\n  its threads:\n    host   Send + Sync\n    plugin Send, not Sync",
            rebuild,
        ),
        (
            refusal::<dyn evolving::LaterRetyped>(),
            "LaterRetyped",
            "(version 1.1) and plugin (version 1.1)",
            "\n  method size:\n    host   fn size(&self) -> u32\n    plugin fn size(&self) -> u64",
            rebuild,
        ),
        (
            refusal::<dyn evolving::Major>(),
            "Major",
            "(version 2.0) and plugin (version 1.0)",
            "",
            "\n  build both against one major version of the crate that defines the interface",
        ),
    ] {
        let expected = format!(
            "the interface evolving::{interface} is not the same in host {versions}{difference}{remedy}"
        );
        assert_eq!(found, expected);
    }
}

#[test]
fn a_changed_type_is_refused_and_named() {
    let differences = [
        (refusal::<dyn evolving::FieldRetyped>(), "weight: u32", "weight: u64"),
        (refusal::<dyn evolving::FieldAdded>(), "weight: u32", "(none)"),
        (refusal::<dyn evolving::FieldsReordered>(), "from, to", "to, from"),
        (refusal::<dyn evolving::VariantRenamed>(), "Right", "Other"),
        (refusal::<dyn evolving::VariantsReordered>(), "First, Last", "Last, First"),
        (refusal::<dyn evolving::DeepWithin>(), "bool", "char"),
    ];
    for (found, host, plugin) in differences {
        let expected = format!("    host   {host}\n    plugin {plugin}\n");
        assert!(found.contains(&expected), "{found}");
        assert_eq!(found.matches("    host   ").count(), 1, "{found}");
    }
}
