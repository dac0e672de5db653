//! From a path to the first call.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Result;
use libloading::Library;

use crate::harness::child::{self, answer};
use crate::harness::plugins::{Plugins, libraries};
use crate::harness::rounds::interleave;
use crate::harness::statistics::Samples;
use crate::report::{Bar, Chart, Section, Table};
use crate::subjects::{self, Subject};

const TEXT: &str = "Microseconds from a library's path to the first answer of `add`, the file in the page cache. *Raw* is `dlopen` and `dlsym` of the \
same file, *copy + raw* the same of a fresh copy of it (`fs::copy`). *Copy excluded* is what remains of the load without the difference \
of these two, as a ratio to raw: for who makes a private copy, the price of all else, checks included. In fresh processes, and for 64 \
copies of the library one after the other in one process (16 for what watches files: inotify instances are few).";

const COPIES: usize = 64;
const WATCHED: usize = 16;

/// What a child does with a library.
const WAYS: [&str; 3] = ["subject", "raw", "copy"];

pub fn run(plugins: &Plugins) -> Result<Section> {
    let subjects: Vec<_> =
        subjects::all().into_iter().filter(|subject| subject.name != "dlsym per call").collect();
    let cases: Vec<_> =
        subjects.iter().flat_map(|subject| WAYS.map(|way| (subject, way))).collect();
    let fresh = interleave(&cases, 21, |(subject, way)| {
        let file = plugins.file(subject.plugin).to_str().unwrap_or_default();
        child::run("load", &[way, subject.name, file])
    })?;
    for subject in &subjects {
        plugins.copies(subject.plugin, COPIES)?;
    }
    let copies = interleave(&cases, 5, |(subject, way)| {
        let directory = plugins.scratch(&format!("{}-{COPIES}", subject.plugin))?;
        let mut files = libraries(&directory);
        files.truncate(if subject.watches() { WATCHED } else { COPIES });
        let files = files.iter().map(|file| file.to_str().unwrap_or_default());
        child::run("load", &[*way, subject.name].into_iter().chain(files).collect::<Vec<_>>())
    })?;
    let tables = vec![
        table("In a fresh process", &subjects, &fresh),
        table("64 copies in one process", &subjects, &copies),
    ];
    let bars = |samples: &[Samples]| {
        let bar = |(subject, s): (&Subject, &[Samples])| {
            let ratio = s[0].median() / s[1].median();
            Bar::new(subject.name, ratio, format!("{ratio:.2}, {:.0} us", s[0].median()))
        };
        subjects.iter().zip(samples.chunks(WAYS.len())).map(bar).collect()
    };
    let chart = Chart {
        title: "From path to first call: ratio to dlopen + dlsym of the same file".to_owned(),
        groups: vec![
            ("fresh process, copy included".to_owned(), bars(&fresh)),
            ("64 copies, copy included".to_owned(), bars(&copies)),
        ],
    };
    Ok(Section { title: "Loads", text: TEXT.to_owned(), tables, chart: Some(chart) })
}

fn table(title: &str, subjects: &[Subject], samples: &[Samples]) -> Table {
    let columns = [
        "",
        "load",
        "raw",
        "load / raw",
        "copy + raw",
        "load / (copy + raw)",
        "copy excluded / raw",
        "checks",
    ];
    let mut table = Table::new(title, &columns);
    for (subject, s) in subjects.iter().zip(samples.chunks(WAYS.len())) {
        let [load, raw, copy] = [0, 1, 2].map(|way| s[way].median());
        let only =
            |value: f64| if subject.copies() { format!("{value:.2}") } else { "-".to_owned() };
        table.row([
            subject.name.to_owned(),
            format!("{load:.0} ± {:.0} %", s[0].spread()),
            format!("{raw:.0} ± {:.0} %", s[1].spread()),
            format!("{:.2}", load / raw),
            format!("{copy:.0}"),
            only(load / copy),
            only((load - (copy - raw)) / raw),
            subject.checks.to_owned(),
        ]);
    }
    table
}

/// Loads each file that way and answers with the microseconds.
pub fn child(way: &str, subject: &str, files: &[&str]) {
    let subject = subjects::named(subject);
    let copies = tempfile::tempdir().unwrap();
    // What is loaded stays until all is measured, and goes before the process:
    // what a killed host leaves behind, the next one sweeps.
    let (mut loads, mut libraries) = (Vec::new(), Vec::new());
    let mut times = Vec::new();
    for file in files {
        let file = Path::new(file);
        let start = Instant::now();
        match way {
            "subject" => {
                let loaded = (subject.load)(file);
                assert_eq!(loaded.add(40, 2), 42);
                times.push(start.elapsed());
                loads.push(loaded);
            }
            "raw" => {
                let library = raw(file);
                times.push(start.elapsed());
                libraries.push(library);
            }
            _ => {
                let copy: PathBuf = copies.path().join(file.file_name().unwrap());
                fs::copy(file, &copy).unwrap();
                let library = raw(&copy);
                times.push(start.elapsed());
                libraries.push(library);
            }
        }
    }
    answer(times.iter().map(|time| time.as_nanos() as f64 / 1000.0));
    drop((loads, libraries, copies));
    // Peers that watch have threads that nobody joins.
    std::process::exit(0);
}

/// `dlopen`, and `dlsym` of a symbol that the library has.
pub fn raw(file: &Path) -> Library {
    // SAFETY: a plugin of this workspace, built by this compiler.
    unsafe {
        let library = Library::new(file).unwrap();
        let symbol = ["plugin_entry_v1", "make", "add", "abi_stable_plugin_root_module"]
            .into_iter()
            .find(|name| library.get::<*const ()>(*name).is_ok());
        std::hint::black_box(symbol);
        library
    }
}
