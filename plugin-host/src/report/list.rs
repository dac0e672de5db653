//! The table of `list`.

use std::path::Path;

use comfy_table::{Table, presets};
use plugin_interface::{LoadError, PluginMetadata};
use serde::Serialize;

use crate::output::{describe, escaped};

/// A file of the table.
#[derive(Serialize)]
pub(crate) struct ListRow {
    file: String,
    package: Option<String>,
    version: Option<String>,
    interfaces: Vec<ListedInterface>,
    verdict: &'static str,
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
            Err(error) => refused(path, error),
        }
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
        reason: None,
    }
}

fn refused(path: &Path, error: &LoadError) -> ListRow {
    ListRow {
        file: path.display().to_string(),
        package: None,
        version: None,
        interfaces: Vec::new(),
        verdict: "refused",
        reason: Some(describe(error)),
    }
}

pub(crate) fn table(rows: &[ListRow]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["FILE", "PACKAGE", "VERSION", "INTERFACE", "IMPLEMENTATIONS", "VERDICT"]);
    for row in rows {
        let lines = |line: fn(&ListedInterface) -> String| {
            row.interfaces.iter().map(line).collect::<Vec<_>>().join("\n")
        };
        table.add_row([
            escaped(&row.file),
            escaped(row.package.as_deref().unwrap_or("-")),
            escaped(row.version.as_deref().unwrap_or("-")),
            lines(|i| escaped(&format!("{} {}", i.path, i.version))),
            lines(|i| escaped(&i.implementations.join(", "))),
            row.verdict.to_owned(),
        ]);
    }
    let lines = table.lines().map(|line| line.trim_end().to_owned());
    lines.collect::<Vec<_>>().join("\n")
}
