//! A folder with a library of C, which tests rebuild.

use std::ffi::c_int;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// A function that gives a number.
pub(super) type Number = unsafe extern "C" fn() -> c_int;

/// `foo` alone, and what it becomes.
pub(super) const FIRST: &str = "int foo(void) { return 4; }";
pub(super) const SECOND: &str = "int foo(void) { return 5; }\nint bar(void) { return 10; }";

pub(crate) struct Sources(TempDir);

impl Sources {
    pub(crate) fn new() -> Self {
        Sources(TempDir::new().unwrap())
    }

    /// A folder in which that was built as `libfoo.so`.
    pub(super) fn of(source: &str) -> Self {
        let sources = Sources::new();
        sources.build(source);
        sources
    }

    pub(super) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(super) fn library(&self) -> PathBuf {
        self.path().join("libfoo.so")
    }

    /// Compiles to `libfoo.so`, in place.
    pub(super) fn build(&self, source: &str) {
        self.build_as("libfoo.so", source);
    }

    /// Compiles to a file of that name.
    pub(crate) fn build_as(&self, name: impl AsRef<Path>, source: &str) -> PathBuf {
        let (file, path) = (self.path().join("source.c"), self.path().join(name));
        fs::write(&file, source).unwrap();
        let mut gcc = Command::new("gcc");
        gcc.args(["-shared", "-fPIC", "-Wall", "-Werror", "-pthread", "-o"]).arg(&path).arg(file);
        // Its threads are in a library of their own there, and it writes the time.
        #[cfg(windows)]
        gcc.args(["-static", "-Wl,--no-insert-timestamp"]);
        assert!(gcc.status().expect("the tests need gcc").success());
        path
    }
}

/// What a function of numbers answers, or that it is not defined.
pub(super) fn number(function: &plugin_interface::HotFunction<Number>) -> Option<c_int> {
    // SAFETY: all functions of these tests are `int name(void)`.
    function.get().ok().map(|function| unsafe { function() })
}
