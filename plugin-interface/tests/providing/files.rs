//! A directory with the libraries of the plugins, under any names.

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// A directory of plugins.
pub(crate) struct Shop(TempDir);

impl Shop {
    /// Has the libraries of these examples, under the second names.
    pub(crate) fn of(libraries: &[(&str, &str)]) -> Self {
        let shop = Shop(tempfile::tempdir().unwrap());
        for (example, name) in libraries {
            shop.put(name, &library(example));
        }
        shop
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// Returns the file of a library.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path().join(format!("{DLL_PREFIX}{name}{DLL_SUFFIX}"))
    }

    /// Writes a library at once, in the place of an older one.
    pub(crate) fn put(&self, name: &str, content: &[u8]) {
        let new = self.path().join("new");
        fs::write(&new, content).unwrap();
        fs::rename(new, self.file(name)).unwrap();
    }

    /// Sets what the store has.
    pub(crate) fn stock(&self, stock: &str) {
        fs::write(self.path().join("stock"), stock).unwrap();
    }
}

/// Returns the library of an example, which cargo builds beside this test.
pub(crate) fn library(example: &str) -> Vec<u8> {
    let test = std::env::current_exe().unwrap();
    let examples = test.ancestors().nth(2).unwrap().join("examples");
    let file = examples.join(format!("{DLL_PREFIX}providing_{example}{DLL_SUFFIX}"));
    fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// Returns a library in which a text of the metadata is another one of that length.
pub(crate) fn patched(mut library: Vec<u8>, from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut count = 0;
    let mut at = 0;
    while at + from.len() <= library.len() {
        if library[at..].starts_with(from) {
            library[at..at + to.len()].copy_from_slice(to);
            count += 1;
        }
        at += 1;
    }
    assert!(count > 0, "the library has {from:?}");
    library
}

/// Returns a library that knows the store in the next major version.
pub(crate) fn of_next_major(library: Vec<u8>) -> Vec<u8> {
    patched(library, b"shop::Store\x03\0\0\x001.1", b"shop::Store\x03\0\0\x002.1")
}
