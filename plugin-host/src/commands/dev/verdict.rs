//! What hosts of the current version say of a new one.

use std::path::Path;

use plugin_interface::PluginMetadata;

use crate::commands::diff::compare_libraries;

/// The verdict on the interfaces of a new version.
#[derive(Debug, PartialEq)]
pub(super) enum InterfaceVerdict {
    /// Hosts may replace the current version. The text says what the interface
    /// needs before a release, if anything.
    Compatible(Option<String>),
    /// Hosts would refuse it, for these reasons.
    Incompatible(String),
}

/// Compares a new version with the current one; a first version has none.
pub(super) fn judge(
    path: &Path,
    current: Option<&PluginMetadata>,
    new: &PluginMetadata,
) -> InterfaceVerdict {
    let Some(current) = current else { return InterfaceVerdict::Compatible(None) };
    let report = compare_libraries((path, current), (path, new));
    if report.compatible {
        let mut missing = report.interfaces.iter().flat_map(|it| it.missing_versions());
        let needs = |(path, version): (&str, &str)| format!("{path} needs version {version}");
        return InterfaceVerdict::Compatible(missing.next().map(needs));
    }
    let mut reasons = Vec::new();
    for interface in report.interfaces.iter().filter(|interface| !interface.compatible) {
        let version = match (&interface.missing_version, &interface.new_version) {
            (_, None) => " is gone".to_owned(),
            (Some(version), _) => format!(" needs version {version}, and its hosts a new build"),
            (None, Some(version)) => format!(" has version {version}: its hosts need a new build"),
        };
        reasons.push(format!("{}{version}", interface.path));
        reasons.extend(interface.changes.iter().cloned());
    }
    reasons.extend(report.errors);
    InterfaceVerdict::Incompatible(reasons.join("\n"))
}
