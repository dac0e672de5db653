//! The tables of `lock` and `verify`.

use std::collections::BTreeSet;

use comfy_table::{Table, presets};
use plugin_interface::{LockedPlugin, PluginLock, Requirement, VerifiedFile};
use serde::Serialize;

use crate::output::{describe, escaped};
use crate::terminal::fitted;

/// The change of a locked file since the earlier lock.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Change {
    Added,
    Changed,
    Unchanged,
    Removed,
}

/// A file of `lock`.
#[derive(Serialize)]
pub(crate) struct ChangedFile {
    file: String,
    package: String,
    version: String,
    sha256: String,
    /// The key that signed it, if that was checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    change: Change,
}

/// A file of `verify`.
#[derive(Serialize)]
pub(crate) struct VerifiedRow {
    file: String,
    state: String,
    /// `null` if the file cannot be read.
    sha256: Option<String>,
    /// The approval that was asked for.
    policy: String,
    pub(crate) reason: Option<String>,
}

/// Compares two locks. Files that are gone are listed as they were.
pub(crate) fn changes(earlier: &PluginLock, lock: &PluginLock) -> Vec<ChangedFile> {
    let names: BTreeSet<_> =
        earlier.plugins().chain(lock.plugins()).map(|plugin| &plugin.file).collect();
    let change = |name: &String| {
        let (plugin, change) = match (earlier.get(name), lock.get(name)) {
            (None, now) => (now?, Change::Added),
            (Some(before), None) => (before, Change::Removed),
            (Some(before), Some(now)) if (&before.sha256, before.key) == (&now.sha256, now.key) => {
                (now, Change::Unchanged)
            }
            (Some(_), Some(now)) => (now, Change::Changed),
        };
        Some(row(plugin, change))
    };
    names.into_iter().filter_map(change).collect()
}

fn row(plugin: &LockedPlugin, change: Change) -> ChangedFile {
    ChangedFile {
        file: plugin.file.clone(),
        package: plugin.name.clone(),
        version: plugin.version.clone(),
        sha256: plugin.sha256.clone(),
        key: plugin.key.map(|key| key.to_string()),
        change,
    }
}

impl VerifiedRow {
    pub(crate) fn of(file: &VerifiedFile) -> Self {
        VerifiedRow {
            file: file.path.display().to_string(),
            state: file.state.to_string(),
            sha256: file.sha256.clone(),
            policy: Requirement::Locked.to_string(),
            reason: file.error.as_ref().map(|error| describe(error)),
        }
    }
}

pub(crate) fn table_of_changes(files: &[ChangedFile]) -> String {
    let row = |file: &ChangedFile| {
        let change = match file.change {
            Change::Added => "added",
            Change::Changed => "changed",
            Change::Unchanged => "unchanged",
            Change::Removed => "removed",
        };
        [&file.file, &file.package, &file.version, &file.sha256[..16], change].map(escaped)
    };
    table(["FILE", "PACKAGE", "VERSION", "SHA-256", "CHANGE"], files.iter().map(row))
}

pub(crate) fn table_of_states(files: &[VerifiedRow]) -> String {
    table(["FILE", "STATE"], files.iter().map(|row| [&row.file, &row.state].map(|it| escaped(it))))
}

fn table<const N: usize>(header: [&str; N], rows: impl Iterator<Item = [String; N]>) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(header);
    for row in rows {
        table.add_row(row);
    }
    fitted(table)
}
