//! Thread-locals of libraries that follow each other.

use std::path::Path;

use plugin_interface::{HotLibrary, UnloadOutcome};

use super::sources::{Number, Sources, number};

const WITH: &str = "static __thread int value; int foo(void) { value += 5; return value; }";
const WITHOUT: &str = "int foo(void) { return 5; }";

/// Opens a library, which has not been called before.
fn open(path: &Path) -> HotLibrary {
    let library = HotLibrary::open(path, &["foo"]).unwrap();
    let foo = library.function::<Number>("foo").unwrap();
    assert_eq!(number(&foo), Some(5), "it begins with its own thread-locals");
    library
}

/// Opens and unloads eight libraries in no order. Returns the outcomes.
fn mix(source: &str) -> Vec<UnloadOutcome> {
    let sources = Sources::new();
    let build = |number| sources.build_as(format!("lib{number}.so"), source);
    let mut places: Vec<_> = (0..8).map(|number| (build(number), None)).collect();
    let mut outcomes = Vec::new();
    for round in 0..200_usize {
        let (path, library) = &mut places[(round * round * 7 + round / 3) % 8];
        match library.take() {
            None => *library = Some(open(path)),
            Some(library) => outcomes.push(library.unload().unwrap()),
        }
    }
    assert!(outcomes.len() > 50, "{outcomes:?}");
    outcomes
}

#[test]
fn a_library_never_finds_the_thread_locals_of_one_that_was_unmapped() {
    let outcomes = mix(WITH);
    println!("with thread-locals: {}", outcomes[0]);
    // Where the C library would mix them up, nothing is unmapped.
    let is_kept = |outcome: &UnloadOutcome| match outcome {
        UnloadOutcome::Retained { reason, .. } => reason.contains("expected 2.39 or newer"),
        _ => false,
    };
    let are_kept = cfg!(target_arch = "aarch64") && outcomes.iter().all(is_kept);
    let are_unmapped = outcomes.iter().all(|outcome| *outcome == UnloadOutcome::Unmapped);
    assert!(are_kept || are_unmapped, "{outcomes:?}");
}

#[test]
fn a_library_without_thread_locals_is_unmapped_whatever_the_c_library_is() {
    for outcome in mix(WITHOUT) {
        assert_eq!(outcome, UnloadOutcome::Unmapped);
    }
}
