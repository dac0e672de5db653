//! What is in a directory.

use std::fs;
use std::path::Path;
use std::time::Instant;

use anyhow::Result;
use plugin_interface::{PluginManager, inspect};

use super::loads;
use crate::harness::child::{self, answer};
use crate::harness::plugins::{Plugins, libraries};
use crate::harness::rounds::interleave;
use crate::report::{Bar, Chart, Section, Table};

const TEXT: &str = "Microseconds for each file of a directory of plugins that all differ, the files in the page cache, each way in a process of its own. \
A survey and `inspect` run none of their code; `dlopen` runs what it opens.";

const WAYS: [&str; 4] = ["stat", "inspect", "survey", "dlopen + dlsym + dlclose"];

pub fn run(plugins: &Plugins) -> Result<Section> {
    let mut table =
        Table::new("For each file: us, ratio to dlopen", &["", "1 000 files", "10 000 files"]);
    table.rows = WAYS.iter().map(|way| vec![(*way).to_owned()]).collect();
    let mut groups = Vec::new();
    for (count, rounds) in [(1_000, 7), (10_000, 3)] {
        let directory = plugins.copies("ours_plugin", count)?;
        let path = directory.to_str().unwrap_or_default();
        let samples = interleave(&WAYS, rounds, |way| child::run("scan", &[way, path]))?;
        let opened = samples[WAYS.len() - 1].median();
        let mut bars = Vec::new();
        for ((way, samples), row) in WAYS.iter().zip(&samples).zip(&mut table.rows) {
            let (median, spread) = (samples.median(), samples.spread());
            row.push(format!("{median:.1} ± {spread:.0} %, {:.2}", median / opened));
            let name =
                if way.starts_with('d') { (*way).to_owned() } else { format!("ours: {way}") };
            let name = if *way == "stat" { "stat".to_owned() } else { name };
            bars.push(Bar::new(&name, median, format!("{median:.1} us")));
        }
        groups.push((format!("{count} files"), bars));
        fs::remove_dir_all(directory)?;
    }
    let title = "A file of a directory: microseconds".to_owned();
    Ok(Section {
        title: "Scan",
        text: TEXT.to_owned(),
        tables: vec![table],
        chart: Some(Chart { title, groups }),
    })
}

/// Looks at every file that way; answers with microseconds for each.
pub fn child(way: &str, directory: &Path) {
    let start = Instant::now();
    let found = match way {
        "survey" => {
            let found = PluginManager::new().survey(directory).unwrap();
            found.iter().filter(|surveyed| surveyed.result.is_ok()).count()
        }
        way => {
            let look = |file: &Path| match way {
                "stat" => fs::metadata(file).is_ok(),
                "inspect" => inspect(file).is_ok(),
                _ => loads::raw(file).close().is_ok(),
            };
            libraries(directory).iter().filter(|file| look(file)).count()
        }
    };
    let time = start.elapsed().as_nanos() as f64 / 1000.0;
    assert_eq!(found, libraries(directory).len());
    answer([time / found as f64]);
}
