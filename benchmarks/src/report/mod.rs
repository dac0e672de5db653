//! What was measured, as a page that others read.

mod chart;
mod machine;

use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

use anyhow::Result;

pub use chart::{Bar, Chart};

use crate::harness::plugins::workspace;

/// What one group found.
pub struct Section {
    pub title: &'static str,
    /// What was measured and how, before the tables.
    pub text: String,
    pub tables: Vec<Table>,
    pub chart: Option<Chart>,
}

/// Rows of cells, the first cell of each its name.
pub struct Table {
    pub title: String,
    pub columns: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

impl Table {
    pub fn new(title: impl Into<String>, columns: &[&str]) -> Self {
        let columns = columns.iter().map(|&column| column.to_owned()).collect();
        Table { title: title.into(), columns, rows: Vec::new() }
    }

    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }
}

/// Writes a group's page and chart; the page is also given.
pub fn write(group: &str, section: &Section) -> Result<String> {
    let mut page = format!("## {}\n\n{}\n", section.title, section.text);
    for table in &section.tables {
        let _ = writeln!(page, "\n{}\n", table.title);
        let _ = writeln!(page, "| {} |", table.columns.join(" | "));
        let _ = writeln!(page, "|{}", "---|".repeat(table.columns.len()));
        for row in &table.rows {
            let _ = writeln!(page, "| {} |", row.join(" | "));
        }
    }
    if let Some(chart) = &section.chart {
        fs::create_dir_all(workspace().join("charts"))?;
        fs::write(workspace().join(format!("charts/{group}.svg")), chart.svg())?;
        let _ = writeln!(page, "\n![{}](charts/{group}.svg)", chart.title);
    }
    fs::create_dir_all(part(group).parent().unwrap_or(workspace()))?;
    fs::write(part(group), &page)?;
    Ok(page)
}

/// Puts the groups' pages together.
pub fn assemble(groups: &[&str], seconds: u64) -> Result<()> {
    let mut page = machine::head(seconds)?;
    for group in groups {
        page += "\n";
        page += &fs::read_to_string(part(group))?;
    }
    fs::write(workspace().join("RESULTS.md"), page)?;
    Ok(())
}

fn part(group: &str) -> PathBuf {
    workspace().join(format!("target/results/{group}.md"))
}
