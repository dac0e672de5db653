//! `diff OLD NEW`: what changed between the interfaces of two libraries, by the
//! comparison that admits them.

use std::iter;

use plugin_interface::metadata::{InterfaceMetadata, PluginMetadata};
use plugin_interface::{InterfaceChange, RequiredBump, inspect};
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
    /// Whether it fits, and all that it leads to.
    compatible: bool,
    /// The version that its own changes need: `nothing`, `minor` or `major`.
    needs: &'static str,
    /// The least version that has it, where the new one has not.
    missing_version: Option<String>,
    /// Its own, and those of the interfaces that it leads to.
    changes: Vec<String>,
    /// The interfaces that it leads to, as far as both libraries know them.
    objects: Vec<ObjectReport>,
}

/// An interface whose objects another one takes or returns.
#[derive(Serialize)]
struct ObjectReport {
    path: String,
    old_version: String,
    new_version: String,
    compatible: bool,
    needs: &'static str,
    missing_version: Option<String>,
}

impl Report {
    /// Whether an interface changed and its version did not.
    fn lacks_a_version(&self) -> bool {
        self.interfaces.iter().any(|interface| interface.missing_versions().next().is_some())
    }
}

impl InterfaceReport {
    /// Each interface whose version must be raised, and how far.
    fn missing_versions(&self) -> impl Iterator<Item = (&str, &str)> {
        let own = iter::once((&self.path, &self.missing_version));
        let objects = self.objects.iter().map(|object| (&object.path, &object.missing_version));
        own.chain(objects).filter_map(|(path, version)| Some((&**path, version.as_deref()?)))
    }

    fn verdict(&self) -> &'static str {
        let changed =
            self.needs != "nothing" || self.objects.iter().any(|it| it.needs != "nothing");
        match (self.compatible, self.needs) {
            (true, _) if changed => "compatible",
            (true, _) => "the same",
            (false, "major") => "incompatible",
            (false, _) if self.objects.iter().any(|object| !object.compatible) => {
                "incompatible by an interface that it leads to"
            }
            (false, _) => "incompatible by its version alone",
        }
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
    let change = InterfaceChange::between(old, new);
    InterfaceReport {
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

fn object(change: &InterfaceChange<'_>) -> ObjectReport {
    let [old_version, new_version] = change.versions().map(str::to_owned);
    ObjectReport {
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
        objects: Vec::new(),
    }
}

fn show(report: &Report) -> std::io::Result<()> {
    for interface in &report.interfaces {
        let InterfaceReport { path, old_version, new_version, .. } = interface;
        let verdict = match (old_version, new_version) {
            (None, _) => "new".to_owned(),
            (_, None) => "gone: hosts that want it refuse the library".to_owned(),
            (Some(old), Some(new)) => {
                let versions = match old == new {
                    true => format!("version {old}"),
                    false => format!("version {old} to {new}"),
                };
                format!("{versions}: {}", interface.verdict())
            }
        };
        print_line(&escaped(&format!("{path}, {verdict}")))?;
        for line in interface.changes.iter().flat_map(|change| change.lines()) {
            print_line(&escaped(line))?;
        }
        for (path, version) in interface.missing_versions() {
            print_line(&escaped(&format!("  {path} needs version {version} at least")))?;
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
