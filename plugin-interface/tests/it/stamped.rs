//! A plugin of which tests make as many builds as they want, and callers that
//! compare what it answers.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use plugin_interface::{Greeter, Live, LiveGuard};

use crate::fixtures::Directory;

/// Builds of one plugin that differ in what they answer.
pub(crate) struct Builds {
    library: Vec<u8>,
    stamps: Vec<usize>,
}

impl Builds {
    pub(crate) fn new() -> Self {
        let directory = Directory::of(&["stamped"]);
        // As small as a release, so that many can be made.
        let stripped = directory.library("stamped");
        assert!(Command::new("strip").arg(&stripped).status().unwrap().success());
        let library = fs::read(stripped).unwrap();
        let mark = b"plugin-stamp:";
        let stamps: Vec<_> =
            (0..library.len()).filter(|&at| library[at..].starts_with(mark)).collect();
        assert!(!stamps.is_empty(), "the plugin has its stamp");
        Builds { library, stamps: stamps.into_iter().map(|at| at + mark.len()).collect() }
    }

    /// The build that answers `kind-number`.
    pub(crate) fn content(&self, kind: &str, number: u64) -> Vec<u8> {
        let mut library = self.library.clone();
        let stamp = text(kind, number);
        for &at in &self.stamps {
            library[at..at + stamp.len()].copy_from_slice(stamp.as_bytes());
        }
        library
    }

    /// Puts a build in the place of `path`, as linkers and `mv` do.
    pub(crate) fn put(&self, path: &Path, kind: &str, number: u64) {
        replace(path, &self.content(kind, number));
    }
}

pub(crate) fn text(kind: &str, number: u64) -> String {
    format!("{kind}-{number:06}")
}

pub(crate) fn number(answer: &str) -> u64 {
    answer.strip_prefix("good-").unwrap_or_else(|| panic!("{answer}")).parse().unwrap()
}

pub(crate) fn replace(path: &Path, content: &[u8]) {
    let next = path.with_extension("next");
    fs::write(&next, content).unwrap();
    fs::rename(next, path).unwrap();
}

/// A directory with build 0 of the plugin, under a name that no other test uses.
pub(crate) fn stamped(name: &str) -> (Directory, PathBuf, Builds) {
    let (directory, builds) = (Directory::new(), Builds::new());
    let path = directory.library(name);
    builds.put(&path, "good", 0);
    (directory, path, builds)
}

/// How often to do something, here and in a soak (`PLUGIN_SOAK=1`).
pub(crate) fn soak(usual: u64, long: u64) -> u64 {
    if std::env::var_os("PLUGIN_SOAK").is_some() { long } else { usual }
}

/// What a caller of the storm saw.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) calls: u64,
    pub(crate) failed: u64,
    pub(crate) stale: u64,
    longest: Duration,
}

/// Calls without pause until `is_over`, and compares each answer with what was
/// published before its guard was taken.
pub(crate) fn call(
    live: &Live<dyn Greeter>,
    published: &AtomicU64,
    is_over: &AtomicBool,
    slow: bool,
) -> Seen {
    let mut seen = Seen::default();
    while !is_over.load(Ordering::SeqCst) {
        let before = published.load(Ordering::SeqCst);
        let began = Instant::now();
        let guard = live.get();
        let answer = match slow {
            true => guard.greet("slowly 5"),
            false => guard.name().to_owned(),
        };
        seen.longest = seen.longest.max(began.elapsed());
        seen.calls += 1;
        // Of the version of its guard, whatever was published meanwhile.
        let is_own = answer == text("good", LiveGuard::generation(&guard) - 1);
        seen.failed += u64::from(!is_own);
        seen.stale += u64::from(number(&answer) < before);
    }
    seen
}

/// What this process takes of the system.
#[derive(Debug)]
pub(crate) struct Usage {
    resident_kb: u64,
    descriptors: u64,
    maps: u64,
}

impl Usage {
    pub(crate) fn now() -> Self {
        let status = fs::read_to_string("/proc/self/status").unwrap();
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        Usage {
            resident_kb: resident.trim().trim_end_matches(" kB").parse().unwrap(),
            descriptors: fs::read_dir("/proc/self/fd").unwrap().count() as u64,
            maps: fs::read_to_string("/proc/self/maps").unwrap().lines().count() as u64,
        }
    }

    /// Apart from versions that are on their way out at this moment.
    pub(crate) fn is_about(&self, earlier: &Usage) -> bool {
        self.resident_kb < earlier.resident_kb + 8 * 1024
            && self.descriptors <= earlier.descriptors + 8
            && self.maps <= earlier.maps + 60
    }
}
