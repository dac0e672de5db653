//! What an `InterfaceChange` says of two interfaces is what a load decides, for each way
//! in which an interface may change.

use plugin_interface::metadata::{InterfaceMetadata, PluginMetadata};
use plugin_interface::{InterfaceChange, RequiredBump, inspect};

use crate::fixtures::Directory;
use crate::matrix::{pairs, verdict};

/// The interface as a library of the host's would bear it.
fn of_host(record: &[u8]) -> InterfaceMetadata {
    // A package of no name: ABI version, flags, eight empty texts.
    let mut section = b"PLUGIN\0\x01\x01\0\0\0\x28\0\0\0\x01".to_vec();
    section.extend([0; 39]);
    section.extend(record);
    PluginMetadata::from_section(&section).unwrap().interfaces.remove(0)
}

/// Gives each change to a function: its name, host and plugin, and how a load ends.
fn each(mut look: impl FnMut(&str, &InterfaceChange<'_>, Result<(), String>)) {
    let directory = Directory::of(&["matrix"]);
    let library = inspect(directory.library("matrix")).unwrap();
    for pair in pairs() {
        let host = of_host(pair.record);
        let plugin = library.interfaces.iter().find(|plugin| plugin.path == host.path).unwrap();
        let change = InterfaceChange::between(&host, plugin);
        look(pair.name, &change, verdict(&directory, pair.interface));
    }
}

#[test]
fn what_a_load_refuses_is_incompatible_and_what_it_names_is_told() {
    let mut count = 0;
    each(|name, change, verdict| {
        assert_eq!(change.is_compatible(), verdict.is_ok(), "{name}");
        let Err(refusal) = verdict else { return };
        let told = change.changes().join("\n");
        let mut lines: Vec<_> = refusal.lines().collect();
        let (title, _remedy) = (lines.remove(0), lines.pop());
        lines.retain(|line| !line.starts_with("  and "));
        let named =
            lines.join("\n").replace("    host   ", "    old ").replace("    plugin ", "    new ");
        assert!(told.contains(&named), "{name}: {named}\n{told}");
        let path = title.split(' ').nth(2).unwrap();
        let is_behind = path != change.path();
        assert_eq!(told.contains(&format!("interface {path}")), is_behind, "{name}: {told}");
        count += 1;
    });
    assert!(count >= 30, "{count}");
}

/// A load asks nothing of the version of an interface that leads to one that
/// changed, and so nor does an `InterfaceChange`.
#[test]
fn an_interface_whose_objects_changed_keeps_its_version() {
    let (mut refused, mut grown) = (0, 0);
    each(|name, change, verdict| {
        let of_objects = change.objects().iter().map(InterfaceChange::required_bump).max();
        if change.required_bump() > RequiredBump::Nothing
            || of_objects.is_none_or(|it| it == RequiredBump::Nothing)
        {
            return;
        }
        assert_eq!(change.versions(), ["1.0", "1.0"], "{name}");
        assert!(change.is_versioned(), "{name}: {}", change.required_version());
        assert_eq!(of_objects == Some(RequiredBump::Major), verdict.is_err(), "{name}");
        let object =
            change.objects().iter().find(|it| it.required_bump() > RequiredBump::Nothing).unwrap();
        match verdict {
            // Also where the object's own version was not raised as it must be.
            Err(text) => {
                assert!(text.starts_with(&format!("the interface {} ", object.path())), "{text}");
                refused += 1;
            }
            Ok(()) => grown += 1,
        }
    });
    assert!(refused >= 5 && grown >= 4, "{refused} {grown}");
}
