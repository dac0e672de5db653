//! What is a new version, and what is not.

use std::fs::File;
use std::time::{Duration, SystemTime};

use plugin_interface::{ChangeDetection, HotLibrary, HotOptions, HotReload};

use super::sources::{FIRST, Number, SECOND, Sources, number};

use crate::patient_fs as fs;

fn open(sources: &Sources, detection: ChangeDetection) -> HotLibrary {
    HotOptions::new().change_detection(detection).open(sources.library(), &["foo"]).unwrap()
}

fn is_reloaded(library: &HotLibrary) -> bool {
    matches!(library.check_and_reload().unwrap(), HotReload::Reloaded { .. })
}

/// As `touch` does, with a time of our own.
fn touch(sources: &Sources, time: SystemTime) {
    File::options().write(true).open(sources.library()).unwrap().set_modified(time).unwrap();
}

#[test]
fn the_same_content_is_not_loaded_again() {
    for detection in [ChangeDetection::Content, ChangeDetection::Sha256] {
        let sources = Sources::of(FIRST);
        let library = open(&sources, detection);
        assert!(!is_reloaded(&library));
        touch(&sources, SystemTime::now() - Duration::from_secs(90));
        assert!(!is_reloaded(&library), "{detection:?}: touched");
        sources.build(FIRST);
        assert!(!is_reloaded(&library), "{detection:?}: built again");
        let copy = sources.path().join("copy");
        fs::copy(sources.library(), &copy).unwrap();
        fs::rename(copy, sources.library()).unwrap();
        assert!(!is_reloaded(&library), "{detection:?}: replaced by a copy");
        assert_eq!(library.generation(), 1);
    }
}

#[test]
fn other_content_is_loaded_whatever_the_times_say() {
    for detection in [ChangeDetection::Content, ChangeDetection::Sha256] {
        let sources = Sources::of(FIRST);
        let library = open(&sources, detection);
        let foo = library.function::<Number>("foo").unwrap();
        let time = sources.library().metadata().unwrap().modified().unwrap();
        // Of the same length, at the same time.
        sources.build("int foo(void) { return 7; }");
        touch(&sources, time);
        assert!(is_reloaded(&library), "{detection:?}");
        assert_eq!(number(&foo), Some(7));
    }
}

#[test]
fn each_version_is_seen_however_fast_they_follow_each_other() {
    let sources = Sources::new();
    let builds = [4, 5].map(|number| {
        let source = format!("int foo(void) {{ return {number}; }}");
        fs::read(sources.build_as("built.so", &source)).unwrap()
    });
    assert_eq!(builds[0].len(), builds[1].len(), "only the content differs");
    fs::write(sources.library(), &builds[0]).unwrap();
    let library = open(&sources, ChangeDetection::Content);
    let foo = library.function::<Number>("foo").unwrap();
    for round in 1..=200 {
        // The same file, and within one tick of the file system's clock.
        fs::write(sources.library(), &builds[round % 2]).unwrap();
        assert!(is_reloaded(&library), "round {round}");
        assert_eq!(number(&foo), Some([4, 5][round % 2]), "round {round}");
    }
}

#[test]
fn the_time_of_modification_alone_decides_where_the_host_says_so() {
    let sources = Sources::of(FIRST);
    let library = open(&sources, ChangeDetection::ModificationTime);
    let foo = library.function::<Number>("foo").unwrap();
    assert!(!is_reloaded(&library));
    let time = SystemTime::now() - Duration::from_secs(90);
    touch(&sources, time);
    assert!(is_reloaded(&library), "touched");
    assert!(!is_reloaded(&library));
    sources.build(SECOND);
    touch(&sources, time);
    assert!(!is_reloaded(&library), "the time is the same");
    assert_eq!(number(&foo), Some(4));
    touch(&sources, time + Duration::from_secs(1));
    assert!(is_reloaded(&library));
    assert_eq!(number(&foo), Some(5));
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_elsewhere_is_a_new_version() {
    let sources = Sources::new();
    let [first, second] = [("one.so", FIRST), ("two.so", SECOND)]
        .map(|(name, source)| sources.build_as(name, source));
    std::os::unix::fs::symlink(&first, sources.library()).unwrap();
    let library = open(&sources, ChangeDetection::Content);
    let foo = library.function::<Number>("foo").unwrap();
    fs::remove_file(sources.library()).unwrap();
    std::os::unix::fs::symlink(&second, sources.library()).unwrap();
    assert!(is_reloaded(&library));
    assert_eq!(number(&foo), Some(5));
}

#[test]
fn a_file_that_was_refused_is_reported_once_and_one_that_went_back_serves() {
    let sources = Sources::of(FIRST);
    let library = open(&sources, ChangeDetection::Content);
    let good = fs::read(sources.library()).unwrap();
    fs::write(sources.library(), "no library").unwrap();
    // So long ago that its times tell of any change.
    assert!(library.check_and_reload().is_err());
    std::thread::sleep(Duration::from_millis(60));
    let again = library.check_and_reload();
    assert!(again.is_ok() || library.check_and_reload().is_ok(), "{again:?}");
    assert!(!is_reloaded(&library));
    fs::write(sources.library(), good).unwrap();
    assert!(!is_reloaded(&library), "it serves");
    sources.build(SECOND);
    assert!(is_reloaded(&library));
}
