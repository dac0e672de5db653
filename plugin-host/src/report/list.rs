//! The table of `list`.

use std::error::Error;
use std::path::Path;

use comfy_table::{Table, presets};
use plugin_interface::{FileTrust, InspectError, LoadError, LockState, PluginMetadata};
use serde::Serialize;

use crate::elsewhere::Elsewhere;
use crate::output::{describe, escaped};
use crate::report::trust::TrustReport;
use crate::terminal::fitted;

const SHADOWED: &str = "shadowed";

/// A file of the table.
#[derive(Serialize)]
pub(crate) struct ListRow {
    file: String,
    package: Option<String>,
    version: Option<String>,
    interfaces: Vec<ListedInterface>,
    verdict: &'static str,
    /// The system and the processor of a library that a host here leaves out.
    #[serde(skip_serializing_if = "Option::is_none")]
    system: Option<String>,
    /// The state of the file in the lock beside it, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    lock: Option<String>,
    /// What is known about it under the policy, if that says something.
    #[serde(skip_serializing_if = "Option::is_none")]
    trust: Option<TrustReport>,
    pub(crate) reason: Option<String>,
}

#[derive(Serialize)]
struct ListedInterface {
    path: String,
    version: String,
    implementations: Vec<String>,
}

impl ListRow {
    pub(crate) fn of(path: &Path, result: &Result<PluginMetadata, LoadError>) -> Self {
        match result {
            Ok(metadata) => admitted(path, metadata),
            Err(error @ LoadError::Shadowed { package, found, .. }) => ListRow {
                package: Some(package.to_string()),
                version: Some(found.to_string()),
                verdict: SHADOWED,
                ..refused(path, error)
            },
            Err(error) => refused(path, error),
        }
    }

    /// Returns `true` if it works, and a directory with precedence has its package.
    pub(crate) fn is_shadowed(&self) -> bool {
        self.verdict == SHADOWED
    }

    /// A library whose name says that it is for another system.
    pub(crate) fn elsewhere(path: &Path, result: &Result<Elsewhere, InspectError>) -> Self {
        match result {
            Ok(Elsewhere { metadata, system }) => ListRow {
                verdict: match system.is_this_machine() {
                    true => "other name",
                    false => "other system",
                },
                system: Some(system.to_string()),
                ..admitted(path, metadata)
            },
            Err(error) => refused(path, error),
        }
    }

    /// The row with the state of the file in a lock.
    pub(crate) fn with_lock(self, state: Option<LockState>) -> Self {
        ListRow { lock: state.map(|state| state.to_string()), ..self }
    }

    /// The row with what is known about the file.
    pub(crate) fn with_trust(self, trust: Option<&FileTrust>) -> Self {
        ListRow { trust: trust.map(TrustReport::from), ..self }
    }

    /// The row of a locked file that does not exist.
    pub(crate) fn missing(path: &Path) -> Self {
        let file = path.display().to_string();
        ListRow { verdict: "missing", ..unread(file) }.with_lock(Some(LockState::Missing))
    }
}

fn admitted(path: &Path, metadata: &PluginMetadata) -> ListRow {
    let interfaces = metadata.interfaces.iter().map(|interface| ListedInterface {
        path: interface.path.clone(),
        version: interface.version.clone(),
        implementations: metadata
            .registrations
            .iter()
            .filter(|registration| registration.interface == interface.path)
            .map(|registration| registration.name.clone())
            .collect(),
    });
    ListRow {
        file: path.display().to_string(),
        package: Some(metadata.package.name.clone()),
        version: Some(metadata.package.version.clone()),
        interfaces: interfaces.collect(),
        verdict: "ok",
        system: None,
        lock: None,
        trust: None,
        reason: None,
    }
}

fn refused(path: &Path, error: &(dyn Error + 'static)) -> ListRow {
    ListRow { reason: Some(describe(error)), ..unread(path.display().to_string()) }
}

/// The row of a file of which nothing is known.
fn unread(file: String) -> ListRow {
    ListRow {
        file,
        package: None,
        version: None,
        interfaces: Vec::new(),
        verdict: "refused",
        system: None,
        lock: None,
        trust: None,
        reason: None,
    }
}

/// The most characters of a name, lines of a row, and names in a line. JSON has
/// all.
const WIDTH: usize = 64;
const LINES: usize = 32;
const NAMES: usize = 16;

/// Escapes a name, and cuts a long one: one plugin must not spoil the table.
fn cell(name: &str) -> String {
    match name.char_indices().nth(WIDTH) {
        Some((end, _)) => format!("{}..", escaped(&name[..end])),
        None => escaped(name),
    }
}

fn implementations(names: &[String]) -> String {
    let mut shown: Vec<_> = names.iter().take(NAMES).map(|name| cell(name)).collect();
    shown.extend((names.len() > NAMES).then(|| "..".to_owned()));
    shown.join(", ")
}

/// Returns the verdict, with the system of a library for another one.
fn verdict(row: &ListRow) -> String {
    match &row.system {
        Some(system) => format!("{}: {system}", row.verdict),
        None => row.verdict.to_owned(),
    }
}

pub(crate) fn table(rows: &[ListRow]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    let header = ["FILE", "PACKAGE", "VERSION", "INTERFACE", "IMPLEMENTATIONS", "VERDICT"];
    let has_lock = rows.iter().any(|row| row.lock.is_some());
    let has_trust = rows.iter().any(|row| row.trust.is_some());
    let more = [has_lock.then_some("LOCK"), has_trust.then_some("TRUST")];
    table.set_header(header.into_iter().chain(more.into_iter().flatten()));
    for row in rows {
        let lines = |line: fn(&ListedInterface) -> String| {
            let mut lines: Vec<_> = row.interfaces.iter().take(LINES).map(line).collect();
            lines.extend((row.interfaces.len() > LINES).then(|| "..".to_owned()));
            lines.join("\n")
        };
        let cells = [
            escaped(&row.file),
            cell(row.package.as_deref().unwrap_or("-")),
            cell(row.version.as_deref().unwrap_or("-")),
            lines(|i| format!("{} {}", cell(&i.path), cell(&i.version))),
            lines(|i| implementations(&i.implementations)),
            verdict(row),
        ];
        let lock = has_lock.then(|| row.lock.clone().unwrap_or_else(|| "-".to_owned()));
        let trust = row.trust.as_ref().map_or("-", |trust| &trust.state);
        let trust = has_trust.then(|| trust.to_owned());
        table.add_row(cells.into_iter().chain(lock).chain(trust));
    }
    fitted(table)
}
