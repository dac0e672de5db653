//! `diff OLD NEW`: what changed between the interfaces of two libraries, by the
//! comparison that admits them.

use plugin_interface::metadata::{InterfaceMetadata, PluginMetadata};
use plugin_interface::{Evolution, Need, inspect};
use serde::Serialize;

use crate::cli::DiffArgs;
use crate::exit::Exit;
use crate::output::{escaped, print_json, print_line};

#[derive(Serialize)]
struct Report {
    old: String,
    new: String,
    /// Whether all that was built before goes on working.
    compatible: bool,
    interfaces: Vec<InterfaceReport>,
}

#[derive(Serialize)]
struct InterfaceReport {
    path: String,
    old_version: Option<String>,
    new_version: Option<String>,
    compatible: bool,
    /// The version that the changes need: `nothing`, `minor` or `major`.
    needs: &'static str,
    /// The least version that has it, where the new one has not.
    missing_version: Option<String>,
    changes: Vec<String>,
}

impl Report {
    /// Whether an interface changed and its version did not.
    fn lacks_a_version(&self) -> bool {
        self.interfaces.iter().any(|interface| interface.missing_version.is_some())
    }
}

pub(crate) fn run(args: &DiffArgs) -> anyhow::Result<Exit> {
    let (old, new) = (inspect(&args.old)?, inspect(&args.new)?);
    let interfaces = compare(&old, &new);
    let report = Report {
        old: args.old.display().to_string(),
        new: args.new.display().to_string(),
        compatible: interfaces.iter().all(|interface| interface.compatible),
        interfaces,
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

fn compare(old: &PluginMetadata, new: &PluginMetadata) -> Vec<InterfaceReport> {
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

fn both(old: &InterfaceMetadata, new: &InterfaceMetadata) -> InterfaceReport {
    let evolution = Evolution::between(old, new);
    InterfaceReport {
        path: new.path.clone(),
        old_version: Some(old.version.clone()),
        new_version: Some(new.version.clone()),
        compatible: evolution.is_compatible(),
        needs: match evolution.need() {
            Need::Nothing => "nothing",
            Need::Minor => "minor",
            Need::Major => "major",
        },
        missing_version: (!evolution.is_versioned()).then(|| evolution.needed_version()),
        changes: evolution.changes(),
    }
}

/// An interface that is gone, or new.
fn one(interface: &InterfaceMetadata, gone: bool) -> InterfaceReport {
    let version = Some(interface.version.clone());
    let (old_version, new_version) = if gone { (version, None) } else { (None, version) };
    InterfaceReport {
        path: interface.path.clone(),
        old_version,
        new_version,
        compatible: !gone,
        needs: if gone { "major" } else { "nothing" },
        missing_version: None,
        changes: Vec::new(),
    }
}

fn show(report: &Report) -> std::io::Result<()> {
    for interface in &report.interfaces {
        let InterfaceReport { path, old_version, new_version, needs, .. } = interface;
        let verdict = match (old_version, new_version) {
            (None, _) => "new".to_owned(),
            (_, None) => "gone: hosts that want it refuse the library".to_owned(),
            (Some(old), Some(new)) => {
                let versions = match old == new {
                    true => format!("version {old}"),
                    false => format!("version {old} to {new}"),
                };
                let verdict = match (interface.compatible, *needs) {
                    (true, "nothing") => "the same",
                    (true, _) => "compatible",
                    (false, "major") => "incompatible",
                    (false, _) => "incompatible by its version alone",
                };
                format!("{versions}: {verdict}")
            }
        };
        print_line(&format!("{}, {verdict}", escaped(path)))?;
        for line in interface.changes.iter().flat_map(|change| change.lines()) {
            print_line(&escaped(line))?;
        }
        if let Some(version) = &interface.missing_version {
            print_line(&format!("  this needs version {version} at least"))?;
        }
    }
    print_line(match report.compatible {
        true if report.lacks_a_version() => {
            "compatible, but not by the version: raise it, and what was built before goes on working"
        }
        true => "compatible: what was built before goes on working",
        false => "incompatible: some of what was built before is refused",
    })
}
