//! A plugin of which tests make as many builds as they want.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::fixtures::Directory;
use crate::patient_fs as fs;

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
