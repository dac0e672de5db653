//! What a call costs, by what crosses.

use std::path::Path;

use anyhow::{Result, ensure};

use crate::harness::callgrind::{self, callgrind_mark};
use crate::harness::plugins::Plugins;
use crate::report::{Chart, Section, Table};
use crate::subjects::{self, Loaded, OPERATIONS};

use super::timing::{Case, check, measure};

const TEXT: &str = "Nanoseconds for each call, with the loop around it; medians of rounds in which all take turns in one process. \
The host declares `system_allocator!()`; `ours` is a plugin that does not, so that what it owns is copied once. Each result is \
checked. That no call is inlined is shown by callgrind, which finds instructions of each call in the plugin's own file. The \
baseline's panic is caught inside of the plugin and returned, since it could not leave it. `abi_stable`, `stabby` and `cglue` return \
types of their own instead of `String` and `Vec`; `vtable` and `hot-lib-reloader` pass Rust's own, whose layout no two compilers \
need agree on. `ours, Live` and `ours, HotLibrary` look for the newest \
version at each call.";

pub fn run(plugins: &Plugins) -> Result<Section> {
    subjects::print_other_panics_only();
    let cases = cases(|plugin| plugins.file(plugin));
    let mut tables = Vec::new();
    let mut groups = Vec::new();
    for threads in [1, 2] {
        let title = match threads {
            1 => "One thread: ratio, nanoseconds".to_owned(),
            _ => format!("{threads} threads at once: ratio, nanoseconds of each thread's calls"),
        };
        let mut table = Table::new(title, &["", "ratio"]);
        table.columns.truncate(1);
        table.columns.extend(OPERATIONS.iter().map(|operation| operation.name.to_owned()));
        table.rows = subjects::all().iter().map(|s| vec![s.name.to_owned()]).collect();
        for operation in OPERATIONS {
            let cases: Vec<_> = cases.iter().filter(|c| c.operation == *operation).collect();
            let bars = measure(&cases, threads)?;
            for row in &mut table.rows {
                let bar = bars.iter().find(|bar| bar.name == row[0]);
                row.push(bar.map_or("-".to_owned(), |bar| bar.label.clone()));
            }
            if threads == 1 {
                groups.push((operation.name.to_owned(), bars));
            }
        }
        tables.push(table);
    }
    tables.push(instructions(plugins, &cases)?);
    let title = "A call: ratio to the same with dyn Trait".to_owned();
    Ok(Section {
        title: "Calls",
        text: TEXT.to_owned(),
        tables,
        chart: Some(Chart { title, groups }),
    })
}

/// Every operation of every subject; what is loaded stays.
fn cases<'a>(file: impl Fn(&str) -> &'a Path) -> Vec<Case> {
    let mut cases = Vec::new();
    for subject in subjects::all() {
        let loaded: &'static dyn Loaded = Box::leak((subject.load)(file(subject.plugin)));
        for (operation, routine) in loaded.routines() {
            cases.push(Case { way: subject.name, operation, routine });
        }
    }
    cases
}

const FEW: u64 = 100;
const MORE: u64 = 300;

/// In a child under callgrind: each case a few times, then more.
pub fn count(directory: &Path) {
    subjects::print_other_panics_only();
    let files: Vec<_> = crate::harness::plugins::libraries(directory);
    let file = |plugin: &str| {
        files.iter().find(|file| file.to_str().unwrap().contains(&format!("lib{plugin}.")))
    };
    for case in cases(|plugin| file(plugin).expect("a plugin")) {
        check(&case, FEW);
        callgrind_mark();
        for n in [FEW, MORE] {
            check(&case, n);
            callgrind_mark();
        }
    }
}

fn instructions(plugins: &Plugins, cases: &[Case]) -> Result<Table> {
    let scratch = plugins.scratch("callgrind")?;
    let directory = plugins.file("ours_plugin").parent().unwrap_or(&scratch);
    let directory = directory.to_str().unwrap_or_default();
    let parts = callgrind::run("instructions", &[directory], &scratch)?;
    ensure!(parts.len() == 3 * cases.len(), "{} parts of {} cases", parts.len(), cases.len());
    let columns: Vec<_> =
        [""].into_iter().chain(OPERATIONS.iter().map(|operation| operation.name)).collect();
    let mut table = Table::new(
        "Instructions of a call with its loop (of these in the plugin's file)",
        &columns,
    );
    for subject in subjects::all() {
        let mut row = vec![subject.name.to_owned()];
        for operation in OPERATIONS {
            let case =
                cases.iter().position(|c| c.way == subject.name && c.operation == *operation);
            let Some(case) = case else {
                row.push("-".to_owned());
                continue;
            };
            let of = |in_file: &dyn Fn(&str) -> bool| {
                let sum = |part: &callgrind::Counts| {
                    part.iter().filter(|(file, _)| in_file(file)).map(|(_, n)| n).sum::<u64>()
                };
                (sum(&parts[3 * case + 2]) as f64 - sum(&parts[3 * case + 1]) as f64)
                    / (MORE - FEW) as f64
            };
            let inside = of(&|file| file.contains(subject.plugin));
            ensure!(inside >= 1.0, "{}, {}: inlined", subject.name, operation.name);
            row.push(format!("{:.0} ({inside:.0})", of(&|_| true)));
        }
        table.rows.push(row);
    }
    Ok(table)
}
