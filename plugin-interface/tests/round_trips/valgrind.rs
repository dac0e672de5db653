//! Runs the same program under valgrind, beside this one.

use std::path::Path;
use std::process::{Child, Command};

/// The program under valgrind.
pub(crate) struct Beside(Child);

/// Starts it. It fails on errors, and on lost memory.
pub(crate) fn start(library: &Path, how: &[&str]) -> Beside {
    let child = Command::new("valgrind")
        .args(["--quiet", "--leak-check=full", "--show-leak-kinds=definite"])
        .args(["--errors-for-leak-kinds=definite", "--error-exitcode=9"])
        // Also if the program has a `malloc` of its own.
        .arg("--soname-synonyms=somalloc=NONE")
        .arg(std::env::current_exe().unwrap())
        .arg(library)
        .args(how)
        .spawn();
    Beside(child.expect("the tests need valgrind"))
}

impl Beside {
    /// Waits for its end.
    pub(crate) fn finish(mut self) {
        let status = self.0.wait().unwrap();
        assert!(status.success(), "{status}");
    }
}
