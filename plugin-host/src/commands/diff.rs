//! `diff OLD NEW`: compares the interfaces of two libraries, as a load does.

use std::path::Path;

use plugin_interface::compare::{InterfaceChange, RequiredBump, replacement_errors};
use plugin_interface::metadata::{InterfaceMetadata, PluginMetadata};
use plugin_interface::{LoadError, LoadPolicy, PluginManager, inspect};

use crate::cli::DiffArgs;
use crate::exit::Exit;
use crate::output::print_json;
use crate::report::diff::{DiffReport, InterfaceDiff, ObjectDiff, show};

pub(crate) fn run(args: &DiffArgs) -> anyhow::Result<Exit> {
    let (old, new) = (inspect(&args.old)?, inspect(&args.new)?);
    let mut report = compare_libraries((&args.old, &old), (&args.new, &new));
    if report.errors.is_empty()
        && let Some(error) = cannot_be_linked(&args.new)
    {
        report.errors.push(error.to_string());
        report.compatible = false;
    }
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

/// Returns why no host of this system can open a library, whatever its interfaces are. A
/// library of another system has no such reason here.
fn cannot_be_linked(path: &Path) -> Option<LoadError> {
    // Who may write the file is a matter of where it lies.
    let policy = LoadPolicy::new().allow_world_writable().allow_links_outside();
    let error = PluginManager::with_policy(policy).examine(path).err()?;
    let is_linkage =
        matches!(error, LoadError::SharedRuntime { .. } | LoadError::SystemTooOld { .. });
    is_linkage.then_some(error)
}

/// Compares what is known of two libraries.
pub(crate) fn compare_libraries(
    (old_path, old): (&Path, &PluginMetadata),
    (new_path, new): (&Path, &PluginMetadata),
) -> DiffReport {
    let interfaces = compare(old, new);
    let errors = replacement_errors(old, new, new_path);
    let errors: Vec<_> = errors.iter().map(|error| error.to_string()).collect();
    DiffReport {
        old: old_path.display().to_string(),
        new: new_path.display().to_string(),
        compatible: interfaces.iter().all(|interface| interface.compatible) && errors.is_empty(),
        interfaces,
        errors,
    }
}

/// Decides whether two interfaces of one path are compared with each other.
type IsPair<'a> = &'a dyn Fn(&InterfaceMetadata, &InterfaceMetadata) -> bool;

fn compare(old: &PluginMetadata, new: &PluginMetadata) -> Vec<InterfaceDiff> {
    let mut left: Vec<_> = new.interfaces.iter().collect();
    let mut reports = vec![None; old.interfaces.len()];
    // Two versions of a crate may offer two interfaces of one path: those that are the
    // same are pairs, then those that are compatible, then what is left.
    let same = |old: &InterfaceMetadata, new: &InterfaceMetadata| {
        old.version == new.version && old.fingerprint == new.fingerprint
    };
    let compatible = |old: &InterfaceMetadata, new: &InterfaceMetadata| {
        InterfaceChange::between(old, new).is_compatible()
    };
    let any = |_: &InterfaceMetadata, _: &InterfaceMetadata| true;
    let steps: [IsPair<'_>; 3] = [&same, &compatible, &any];
    for is_pair in steps {
        for (old, report) in old.interfaces.iter().zip(&mut reports) {
            let is_it = |new: &&InterfaceMetadata| old.path == new.path && is_pair(old, new);
            if report.is_none()
                && let Some(i) = left.iter().position(is_it)
            {
                *report = Some(both(old, left.remove(i)));
            }
        }
    }
    let old = old.interfaces.iter().zip(reports);
    let mut reports: Vec<_> =
        old.map(|(old, report)| report.unwrap_or_else(|| one(old, true))).collect();
    reports.extend(left.into_iter().map(|interface| one(interface, false)));
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
