//! What a mistake looks like to the one who made it.
//!
//! A case in `tests/ui` is one mistake, named after it, beside the compiler's
//! answer; its twin of the same name in `tests/pass` is the mistake mended.
//! Bless the answers with `TRYBUILD=overwrite cargo test -p plugin-annotations
//! --test ui`, and read them.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

#[test]
fn mistakes_are_explained() {
    // On their own, mistakes are checked and not built.
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}

#[test]
fn mended_mistakes_compile() {
    trybuild::TestCases::new().pass("tests/pass/*.rs");
}

#[test]
fn every_mistake_has_a_mended_twin() {
    let (mistakes, mended) = (names_in("tests/ui"), names_in("tests/pass"));
    assert!(mistakes.len() >= 25, "only {} mistakes in tests/ui", mistakes.len());
    let alone: Vec<_> = mistakes.symmetric_difference(&mended).collect();
    assert!(alone.is_empty(), "only in one of tests/ui and tests/pass: {alone:?}");
}

/// The names of the Rust files in a directory of this package.
fn names_in(directory: &str) -> BTreeSet<String> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join(directory);
    fs::read_dir(&directory)
        .unwrap_or_else(|error| panic!("{}: {error}", directory.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect()
}
