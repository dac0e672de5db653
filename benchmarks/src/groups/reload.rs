//! From a new file to the first new answer.

use std::fs;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use libloading::Library;

use crate::harness::child::{self, answer};
use crate::harness::plugins::Plugins;
use crate::harness::statistics::Samples;
use crate::report::{Bar, Chart, Section, Table};
use crate::subjects::followed::{self, Follower};

const TEXT: &str = "Microseconds from a new version in place (`rename` over the old one of a file that is on its disk, or the `close` of who removed the old file and wrote a new one, as linkers do) to its first answer; each has a build-id of its own. \
*Floor* is a copy of the same file, `dlopen`, `dlsym` and one call, in turns with it in the same process; the ratio is to that. Medians. \
Those that want to be asked are asked every 100 us; `Live::watch` and `HotLibrary::watch` wake the thread that waits, `Live::reload` is \
called by who wrote the file. *Failed* is a process that crashed or never had the new version.";

/// How a new version comes to its place.
const WAYS: [&str; 2] = ["rename", "close"];

pub fn run(plugins: &Plugins) -> Result<Section> {
    let columns = ["", "after a rename", "floor", "ratio", "after a close", "floor", "ratio"];
    let mut table = Table::new("From the file to the answer", &columns);
    let mut groups = WAYS.map(|way| (format!("after a {way}"), Vec::new()));
    for Follower { name, subject, is_debug, .. } in followed::all() {
        let mut row = vec![name.to_owned()];
        let file = match is_debug {
            true => plugins.debug(subject.plugin)?,
            false => plugins.file(subject.plugin).to_owned(),
        };
        for (way, (_, bars)) in WAYS.iter().zip(&mut groups) {
            let directory = plugins.scratch(&format!("{name}-{way}").replace([' ', ','], "-"))?;
            let path = directory.join(file.file_name().context("a file")?);
            fs::copy(&file, &path)?;
            let times = child::run("reload", &[name, way, path.to_str().unwrap_or_default()]);
            let Ok(times) = times else {
                row.extend(["failed", "-", "-"].map(str::to_owned));
                continue;
            };
            let (own, floor): (Vec<_>, Vec<_>) =
                times.chunks(2).map(|pair| (pair[0], pair[1])).unzip();
            let (own, floor) = (Samples::new(own), Samples::new(floor));
            let ratio = own.median() / floor.median();
            row.push(format!("{:.0} ± {:.0} %", own.median(), own.spread()));
            row.extend([format!("{:.0}", floor.median()), format!("{ratio:.2}")]);
            bars.push(Bar::new(name, ratio, format!("{ratio:.2}, {:.0} us", own.median())));
        }
        table.row(row);
    }
    let title =
        "From a new file to its first answer: ratio to copy + dlopen + dlsym + call".to_owned();
    let chart = Chart { title, groups: groups.into() };
    Ok(Section { title: "Reload", text: TEXT.to_owned(), tables: vec![table], chart: Some(chart) })
}

/// Follows the library at `path` through its versions, and answers with the
/// microseconds of each and of its floor.
pub fn child(name: &str, way: &str, path: &Path) {
    let follower = followed::all().into_iter().find(|follower| follower.name == name).unwrap();
    let mut content = fs::read(path).unwrap();
    let marks = marks(&content);
    let mut followed = (follower.follow)(path);
    followed.wait_for(0);
    sleep(follower.pause);
    let elsewhere = tempfile::tempdir_in(path.parent().unwrap().parent().unwrap()).unwrap();
    let mut times = Vec::new();
    for stamp in 1..=follower.rounds as u64 {
        for mark in marks {
            content[mark..mark + 8].copy_from_slice(&stamp.to_le_bytes());
        }
        // What it takes to free the blocks of the old file is not looked at.
        let old = elsewhere.path().join("old");
        fs::hard_link(path, &old).unwrap();
        let start = put(&content, way, path, elsewhere.path());
        followed.wait_for(stamp);
        times.push(start.elapsed());
        fs::remove_file(old).unwrap();
        // What is replaced goes before anything else is measured.
        sleep(follower.pause);
        times.push(floor(path, &elsewhere.path().join("floor"), stamp));
    }
    answer(times.iter().map(|time| time.as_nanos() as f64 / 1000.0));
    // Peers that watch have threads that nobody joins.
    std::process::exit(0);
}

/// Where versions differ: in what the stamp says, and in the identity that a
/// linker gives each build.
fn marks(content: &[u8]) -> [usize; 2] {
    let behind = |what: &[u8]| {
        content.windows(what.len()).position(|found| found == what).unwrap() + what.len()
    };
    [behind(b"STAMPED:"), behind(b"\x14\0\0\0\x03\0\0\0GNU\0")]
}

/// Puts a version in place; from then on it counts.
fn put(content: &[u8], way: &str, path: &Path, elsewhere: &Path) -> Instant {
    if way == "rename" {
        let beside = elsewhere.join("new");
        fs::write(&beside, content).unwrap();
        // Or some file systems would do it first when the file is renamed.
        fs::File::open(&beside).and_then(|file| file.sync_all()).unwrap();
        let start = Instant::now();
        fs::rename(beside, path).unwrap();
        return start;
    }
    use std::io::Write;
    fs::remove_file(path).unwrap();
    let mut file = fs::File::create_new(path).unwrap();
    file.write_all(content).unwrap();
    let start = Instant::now();
    drop(file);
    start
}

/// What nobody who makes a private copy can do without.
fn floor(path: &Path, copy: &Path, stamp: u64) -> Duration {
    let start = Instant::now();
    fs::copy(path, copy).unwrap();
    // SAFETY: a plugin of this workspace, whose functions have these types.
    let library = unsafe {
        let library = Library::new(copy).unwrap();
        if let Ok(function) = library.get::<unsafe extern "C" fn() -> u64>("stamp") {
            assert_eq!(function(), stamp);
        } else {
            let entry = library.get::<extern "C" fn() -> *const ()>("plugin_entry_v1").unwrap();
            assert!(!entry().is_null());
        }
        library
    };
    let took = start.elapsed();
    drop(library);
    fs::remove_file(copy).unwrap();
    took
}
