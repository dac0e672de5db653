//! The comparison of two libraries, as `diff` prints it.

use std::{io, iter};

use serde::Serialize;

use crate::output::{escaped, print_line};

#[derive(Serialize)]
pub(crate) struct DiffReport {
    pub(crate) old: String,
    pub(crate) new: String,
    /// `true` if everything built against OLD still works.
    pub(crate) compatible: bool,
    pub(crate) interfaces: Vec<InterfaceDiff>,
    /// The errors of hosts of OLD that load NEW, whatever its methods are.
    pub(crate) errors: Vec<String>,
}

#[derive(Clone, Serialize)]
pub(crate) struct InterfaceDiff {
    pub(crate) path: String,
    pub(crate) old_version: Option<String>,
    pub(crate) new_version: Option<String>,
    /// `true` if it and all interfaces that it uses are compatible.
    pub(crate) compatible: bool,
    /// The version bump that its own changes need: `nothing`, `minor` or `major`.
    pub(crate) needs: &'static str,
    /// The lowest sufficient version, if the new one is too low.
    pub(crate) missing_version: Option<String>,
    /// Its own changes, and those of the interfaces that it uses.
    pub(crate) changes: Vec<String>,
    /// The interfaces that it uses, as far as both libraries contain them.
    pub(crate) objects: Vec<ObjectDiff>,
}

/// An interface whose objects another one takes or returns.
#[derive(Clone, Serialize)]
pub(crate) struct ObjectDiff {
    pub(crate) path: String,
    pub(crate) old_version: String,
    pub(crate) new_version: String,
    pub(crate) compatible: bool,
    pub(crate) needs: &'static str,
    pub(crate) missing_version: Option<String>,
}

impl DiffReport {
    /// Returns `true` if the version of a changed interface is too low.
    pub(crate) fn lacks_a_version(&self) -> bool {
        self.interfaces.iter().any(|interface| interface.missing_versions().next().is_some())
    }
}

impl InterfaceDiff {
    /// Returns each interface whose version is too low, and the lowest sufficient
    /// version.
    pub(crate) fn missing_versions(&self) -> impl Iterator<Item = (&str, &str)> {
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
                "incompatible because of an interface that it uses"
            }
            (false, _) => "incompatible only because of its version",
        }
    }
}

pub(crate) fn show(report: &DiffReport) -> io::Result<()> {
    for interface in &report.interfaces {
        let InterfaceDiff { path, old_version, new_version, .. } = interface;
        let verdict = match (old_version, new_version) {
            (None, _) => "new".to_owned(),
            (_, None) => "removed: hosts that need it reject the new library".to_owned(),
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
            print_line(&escaped(&format!("  {path} needs at least version {version}")))?;
        }
    }
    for line in report.errors.iter().flat_map(|error| error.lines()) {
        print_line(&escaped(&format!("refused: {line}")))?;
    }
    print_line(match report.compatible {
        true if report.lacks_a_version() => {
            "compatible, but a version is too low: raise it, then everything built before still works"
        }
        true => "compatible: everything built before still works",
        false => "incompatible: some of what was built before is rejected",
    })
}
