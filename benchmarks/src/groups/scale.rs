//! How many plugins fit a process.

use std::fs;
use std::path::Path;
use std::time::Instant;

use anyhow::Result;

use crate::harness::child::{self, answer};
use crate::harness::memory::resident;
use crate::harness::plugins::{Plugins, libraries};
use crate::report::{Bar, Chart, Section, Table};
use crate::subjects;

const TEXT: &str = "Plugins loaded at once, each from a file of its own, each called once. The last columns are what one more costs between 100 and \
1 000: its time, and the resident memory of the process.";

const SUBJECTS: [&str; 6] = ["dyn Trait", "ours", "abi_stable", "stabby", "cglue", "vtable"];
const COUNTS: [usize; 4] = [1, 10, 100, 1_000];
const ROUNDS: usize = 3;

pub fn run(plugins: &Plugins) -> Result<Section> {
    let columns = ["", "1: ms, MB", "10", "100", "1 000", "one more, us", "one more, KB"];
    let mut table = Table::new("Time to load so many, and resident memory", &columns);
    let (mut times, mut sizes) = (Vec::new(), Vec::new());
    for name in SUBJECTS {
        let subject = subjects::named(name);
        let directory = plugins.copies(subject.plugin, COUNTS[COUNTS.len() - 1])?;
        let path = directory.to_str().unwrap_or_default();
        let mut rounds = Vec::new();
        for _ in 0..ROUNDS {
            rounds.push(child::run("scale", &[name, path])?);
        }
        fs::remove_dir_all(&directory)?;
        // The fastest whole: the others were disturbed.
        rounds.sort_by(|a, b| a[6].total_cmp(&b[6]));
        let found = &rounds[0];
        let of = |count: usize| (found[2 * count], found[2 * count + 1]);
        let apart = (COUNTS[3] - COUNTS[2]) as f64;
        let time = (of(3).0 - of(2).0) * 1000.0 / apart;
        let size = (of(3).1 - of(2).1) * 1024.0 / apart;
        let cell = |count| format!("{:.2}, {:.1}", of(count).0, of(count).1);
        let cells =
            [cell(0), cell(1), cell(2), cell(3), format!("{time:.0}"), format!("{size:.0}")];
        table.row([name.to_owned()].into_iter().chain(cells));
        times.push(Bar::new(name, time, format!("{time:.0} us")));
        sizes.push(Bar::new(name, size, format!("{size:.0} KB")));
    }
    let chart = Chart {
        title: "One more plugin, between 100 and 1 000".to_owned(),
        groups: vec![("time".to_owned(), times), ("resident memory".to_owned(), sizes)],
    };
    Ok(Section { title: "Scale", text: TEXT.to_owned(), tables: vec![table], chart: Some(chart) })
}

/// Answers with milliseconds and resident megabytes after each of the counts.
pub fn child(subject: &str, directory: &Path) {
    let subject = subjects::named(subject);
    let files = libraries(directory);
    let mut kept = Vec::new();
    let mut answers = Vec::new();
    let mut time = 0.0;
    for file in &files {
        let start = Instant::now();
        let loaded = (subject.load)(file);
        assert_eq!(loaded.add(40, 2), 42);
        time += start.elapsed().as_nanos() as f64 / 1e6;
        kept.push(loaded);
        if COUNTS.contains(&kept.len()) {
            answers.extend([time, resident() / 1024.0 / 1024.0]);
        }
    }
    answer(answers);
}
