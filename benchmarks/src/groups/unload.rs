//! Load, call, unload, over and over.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::harness::child::{self, answer};
use crate::harness::memory::resident;
use crate::harness::plugins::Plugins;
use crate::harness::statistics::Samples;
use crate::report::{Bar, Chart, Section, Table};
use crate::subjects;

const TEXT: &str = "Cycles of load, one call and unload in one process, 10 000 or as many as fit 8 seconds. Growth is that of the resident set from \
the end of the first tenth to the end of the last cycle. What watches files is stopped at 40 cycles: a user has some 128 inotify instances, \
and they are not all given back.";

const CYCLES: &str = "10000";
const LONGEST: Duration = Duration::from_secs(8);

pub fn run(plugins: &Plugins) -> Result<Section> {
    let mut table = Table::new(
        "A cycle",
        &["", "cycles", "us for each", "growth of the resident set, KB for each"],
    );
    let mut bars = Vec::new();
    for subject in subjects::all().iter().filter(|subject| subject.name != "dlsym per call") {
        if !subject.unloads {
            table.row([subject.name.to_owned(), "-".into(), "-".into(), "never unloads".into()]);
            continue;
        }
        let most = if subject.watches() { "40" } else { CYCLES };
        let file = plugins.file(subject.plugin).to_str().unwrap_or_default();
        let found = child::run("cycles", &[subject.name, file, most])?;
        let (cycles, time, spread, growth) = (found[0], found[1], found[2], found[3]);
        table.row([
            subject.name.to_owned(),
            cycles.to_string(),
            format!("{time:.0} ± {spread:.0} %"),
            format!("{growth:.3}"),
        ]);
        bars.push(Bar::new(subject.name, time, format!("{time:.0} us, {growth:.3} KB")));
    }
    let chart = Chart {
        title: "Load, call and unload: microseconds, and what stays".to_owned(),
        groups: vec![(String::new(), bars)],
    };
    Ok(Section { title: "Unload", text: TEXT.to_owned(), tables: vec![table], chart: Some(chart) })
}

/// Answers with the number of cycles, their time, its spread, and the growth.
pub fn child(subject: &str, file: &Path, most: &str) {
    let subject = subjects::named(subject);
    let most: usize = most.parse().unwrap();
    let cycle = || {
        let start = Instant::now();
        let loaded = (subject.load)(file);
        assert_eq!(loaded.add(40, 2), 42);
        drop(loaded);
        start.elapsed()
    };
    let start = Instant::now();
    // Room for all, so that it does not grow later.
    let mut times = Vec::with_capacity(most);
    let mut warm = None;
    while times.len() < most && start.elapsed() < LONGEST {
        times.push(cycle().as_nanos() as f64 / 1000.0);
        if warm.is_none() && (times.len() == most / 10 || start.elapsed() > LONGEST / 10) {
            // The pages for the times are among what is resident.
            times.resize(most, 0.0);
            let done = times.iter().position(|time| *time == 0.0).unwrap_or(most);
            warm = Some((done, resident()));
            times.truncate(done);
        }
    }
    let (done, before) = warm.expect("a first tenth");
    let growth = (resident() - before) / 1024.0 / (times.len() - done) as f64;
    let cycles = times.len() as f64;
    let times = Samples::new(times);
    answer([cycles, times.median(), times.spread(), growth]);
    // Peers that watch have threads that nobody joins.
    std::process::exit(0);
}
