//! A directory with the libraries of the plugins, under any names.

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use tempfile::TempDir;

use crate::parts::beside;

/// A directory of plugins.
pub(crate) struct Mills(TempDir);

impl Mills {
    pub(crate) fn new() -> Self {
        Mills(tempfile::tempdir().unwrap())
    }

    /// Has the libraries of these examples, each under its second name and with its
    /// mode.
    pub(crate) fn of(libraries: &[(&str, &str, &str)]) -> Self {
        let mills = Self::new();
        for (example, file, mode) in libraries {
            mills.put(example, file, mode);
        }
        mills
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// Returns the file of a library.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path().join(format!("{DLL_PREFIX}{name}{DLL_SUFFIX}"))
    }

    /// Writes a new build of a library at once, in the place of an older one, and the
    /// mode of its plugins.
    pub(crate) fn put(&self, example: &str, name: &str, mode: &str) {
        static BUILDS: AtomicU32 = AtomicU32::new(0);
        let mut build = library(example);
        // Some bytes behind it, which nobody reads.
        build.extend(BUILDS.fetch_add(1, Ordering::Relaxed).to_le_bytes());
        self.say(name, "mode", mode);
        let new = self.path().join("new");
        fs::write(&new, build).unwrap();
        fs::rename(new, self.file(name)).unwrap();
    }

    /// Writes a file beside a library.
    pub(crate) fn say(&self, name: &str, extension: &str, text: &str) {
        fs::write(beside(&self.file(name), extension), text).unwrap();
    }

    /// Removes a file beside a library.
    pub(crate) fn unsay(&self, name: &str, extension: &str) {
        fs::remove_file(beside(&self.file(name), extension)).unwrap();
    }
}

/// Returns the library of an example, which cargo builds beside this test.
fn library(example: &str) -> Vec<u8> {
    let test = std::env::current_exe().unwrap();
    let examples = test.ancestors().nth(2).unwrap().join("examples");
    let file = examples.join(format!("{DLL_PREFIX}lifecycle_{example}{DLL_SUFFIX}"));
    fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}
