//! `diff OLD NEW`: compares the interfaces of two libraries, as a load does.

use plugin_interface::compare::{InterfaceChange, RequiredBump, replacement_errors};
use plugin_interface::inspect;
use plugin_interface::metadata::{InterfaceMetadata, PluginMetadata};

use crate::cli::DiffArgs;
use crate::exit::Exit;
use crate::output::print_json;
use crate::report::diff::{DiffReport, InterfaceDiff, ObjectDiff, show};

pub(crate) fn run(args: &DiffArgs) -> anyhow::Result<Exit> {
    let (old, new) = (inspect(&args.old)?, inspect(&args.new)?);
    let interfaces = compare(&old, &new);
    let errors = replacement_errors(&old, &new, &args.new);
    let errors: Vec<_> = errors.iter().map(|error| error.to_string()).collect();
    let report = DiffReport {
        old: args.old.display().to_string(),
        new: args.new.display().to_string(),
        compatible: interfaces.iter().all(|interface| interface.compatible) && errors.is_empty(),
        interfaces,
        errors,
    };
    if args.json {
        print_json(&report)?;
    } else {
        show(&report)?;
    }
    Ok(match report.compatible {
        false => Exit::Incompatible,
        true if report.lacks_a_version() => Exit::Failed,
        true => Exit::Ok,
    })
}

fn compare(old: &PluginMetadata, new: &PluginMetadata) -> Vec<InterfaceDiff> {
    let of = |metadata: &'_ PluginMetadata, path: &str| {
        metadata.interfaces.iter().position(|interface| interface.path == path)
    };
    let mut reports: Vec<_> = old
        .interfaces
        .iter()
        .map(|interface| match of(new, &interface.path) {
            Some(i) => both(interface, &new.interfaces[i]),
            None => one(interface, true),
        })
        .collect();
    let added = new.interfaces.iter().filter(|interface| of(old, &interface.path).is_none());
    reports.extend(added.map(|interface| one(interface, false)));
    reports
}

fn both(old: &InterfaceMetadata, new: &InterfaceMetadata) -> InterfaceDiff {
    let change = InterfaceChange::between(old, new);
    InterfaceDiff {
        path: new.path.clone(),
        old_version: Some(old.version.clone()),
        new_version: Some(new.version.clone()),
        compatible: change.is_compatible(),
        needs: name(change.required_bump()),
        missing_version: missing(&change),
        changes: change.changes(),
        objects: change.objects().iter().map(object).collect(),
    }
}

fn object(change: &InterfaceChange<'_>) -> ObjectDiff {
    let [old_version, new_version] = change.versions().map(str::to_owned);
    ObjectDiff {
        path: change.path().to_owned(),
        old_version,
        new_version,
        compatible: change.is_compatible(),
        needs: name(change.required_bump()),
        missing_version: missing(change),
    }
}

fn name(bump: RequiredBump) -> &'static str {
    match bump {
        RequiredBump::Nothing => "nothing",
        RequiredBump::Minor => "minor",
        RequiredBump::Major => "major",
    }
}

fn missing(change: &InterfaceChange<'_>) -> Option<String> {
    (!change.is_versioned()).then(|| change.required_version())
}

/// Describes an interface that only one of the libraries has.
fn one(interface: &InterfaceMetadata, is_removed: bool) -> InterfaceDiff {
    let version = Some(interface.version.clone());
    let (old_version, new_version) = if is_removed { (version, None) } else { (None, version) };
    InterfaceDiff {
        path: interface.path.clone(),
        old_version,
        new_version,
        compatible: !is_removed,
        needs: if is_removed { "major" } else { "nothing" },
        missing_version: None,
        changes: Vec::new(),
        objects: Vec::new(),
    }
}
