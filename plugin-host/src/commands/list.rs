//! `list DIR..`: what libraries say of themselves.

use std::path::Path;

use comfy_table::{Table, presets};
use plugin_interface::{LoadError, PluginManager, PluginMetadata, ScanEntry};
use serde::Serialize;

use crate::cli::ListArgs;
use crate::exit::Exit;
use crate::output::{describe, escaped, print_error, print_json, print_line, waiting};

/// One file of a listing.
#[derive(Serialize)]
struct Row {
    file: String,
    package: Option<String>,
    version: Option<String>,
    interfaces: Vec<Interface>,
    verdict: &'static str,
    reason: Option<String>,
}

#[derive(Serialize)]
struct Interface {
    path: String,
    version: String,
    implementations: Vec<String>,
}

pub(crate) fn run(args: &ListArgs) -> anyhow::Result<Exit> {
    let mut exit = Exit::Ok;
    let mut rows = Vec::new();
    let manager = PluginManager::with_policy(crate::manager::policy(&args.policy)?);
    for directory in &args.directories {
        let waiting = waiting(format!("reading {}", escaped(&directory.display().to_string())));
        let found = manager.survey(directory);
        waiting.finish_and_clear();
        match found {
            Ok(found) => rows.extend(found.iter().map(|found| {
                let (row, code) = row(found);
                exit = exit.max(code);
                row
            })),
            Err(error) => {
                print_error(&describe(&error));
                exit = exit.max(Exit::from(&error));
            }
        }
    }
    if args.json {
        print_json(&rows)?;
    } else if !rows.is_empty() {
        print_line(&table(&rows))?;
        for reason in rows.iter().filter_map(|row| row.reason.as_ref()) {
            print_error(reason);
        }
    } else if exit == Exit::Ok {
        for directory in &args.directories {
            print_line(&escaped(&super::nothing_in(directory)))?;
        }
    }
    Ok(exit)
}

fn row(ScanEntry { path, result, .. }: &ScanEntry) -> (Row, Exit) {
    match result {
        Ok(metadata) => (admitted(path, metadata), Exit::Ok),
        Err(error) => (refused(path, error), Exit::from(error)),
    }
}

fn admitted(path: &Path, metadata: &PluginMetadata) -> Row {
    let interfaces = metadata.interfaces.iter().map(|interface| Interface {
        path: interface.path.clone(),
        version: interface.version.clone(),
        implementations: metadata
            .registrations
            .iter()
            .filter(|registration| registration.interface == interface.path)
            .map(|registration| registration.name.clone())
            .collect(),
    });
    Row {
        file: path.display().to_string(),
        package: Some(metadata.package.name.clone()),
        version: Some(metadata.package.version.clone()),
        interfaces: interfaces.collect(),
        verdict: "ok",
        reason: None,
    }
}

fn refused(path: &Path, error: &LoadError) -> Row {
    Row {
        file: path.display().to_string(),
        package: None,
        version: None,
        interfaces: Vec::new(),
        verdict: "refused",
        reason: Some(describe(error)),
    }
}

fn table(rows: &[Row]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["FILE", "PACKAGE", "VERSION", "INTERFACE", "IMPLEMENTATIONS", "VERDICT"]);
    for row in rows {
        let lines = |line: fn(&Interface) -> String| {
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
