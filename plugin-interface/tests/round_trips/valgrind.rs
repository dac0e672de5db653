//! Runs the same program under valgrind.

use std::path::Path;
use std::process::Command;

/// Fails on errors, and on lost memory.
pub(crate) fn run(library: &Path, how: &[&str]) {
    let status = Command::new("valgrind")
        .args(["--quiet", "--leak-check=full", "--show-leak-kinds=definite"])
        .args(["--errors-for-leak-kinds=definite", "--error-exitcode=9"])
        // Also if the program has a `malloc` of its own.
        .arg("--soname-synonyms=somalloc=NONE")
        .arg(std::env::current_exe().unwrap())
        .arg(library)
        .args(how)
        .status()
        .expect("the tests need valgrind");
    assert!(status.success(), "{status}");
}
