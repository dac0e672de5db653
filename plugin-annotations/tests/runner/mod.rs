//! Compiles the cases and compares the compiler's answers.

mod answer;
mod compiler;

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{env, fs, thread};

pub(crate) use compiler::{Compiler, out_dir};

/// This package, from the root of the workspace.
pub(crate) const PACKAGE: &str = "plugin-annotations";

/// The Rust files in a directory of this package, by name.
pub(crate) fn names_in(directory: &str) -> Vec<String> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join(directory);
    let mut names: Vec<_> = fs::read_dir(&directory)
        .unwrap_or_else(|error| panic!("{}: {error}", directory.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    names.sort();
    names
}

/// A case in a directory of this package, for messages and for the compiler.
pub(crate) fn path_of(directory: &str, name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(directory).join(name).with_extension("rs")
}

/// Calls `check` for every case, on all processors, and fails with all faults.
pub(crate) fn for_each(cases: &[String], check: impl Fn(&str) -> Result<(), String> + Sync) {
    let (next, faults) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(fault) = check(case) {
                        faults.lock().unwrap().push(format!("== {case}\n{fault}"));
                    }
                }
            });
        }
    });
    let mut faults = faults.into_inner().unwrap();
    faults.sort();
    assert!(faults.is_empty(), "{} of {}:\n{}", faults.len(), cases.len(), faults.join("\n"));
}

/// Compares the compiler's answer with the file beside the case, or writes it
/// there if `BLESS` is set.
pub(crate) fn compare(case: &Path, output: &str) -> Result<(), String> {
    let (answer, path) = (answer::normalize(output), case.with_extension("stderr"));
    if env::var_os("BLESS").is_some() {
        return fs::write(&path, answer).map_err(|error| format!("{}: {error}", path.display()));
    }
    let expected = fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    if answer == expected {
        return Ok(());
    }
    let first = answer.lines().zip(expected.lines()).take_while(|(new, old)| new == old).count();
    Err(format!(
        "{} differs from line {}\n-- expected:\n{expected}\n-- found:\n{answer}\n\
         (if it is right: BLESS=1 cargo test -p {PACKAGE} --test ui)",
        path.display(),
        first + 1,
    ))
}
