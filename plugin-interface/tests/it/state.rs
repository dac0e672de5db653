//! State that goes from one version of a plugin to the next.

use std::fs;
use std::path::PathBuf;

use plugin_interface::{Greeter, Live, ReloadError, ReloadOutcome, Stage};

use crate::fixtures::{Directory, fixture};
use crate::numbered_builds::replace;

fn open(first: &str) -> (Directory, PathBuf, Live<dyn Greeter>) {
    let directory = Directory::new();
    let path = directory.add(first, "stateful");
    let live = Live::open(&path).unwrap();
    (directory, path, live)
}

fn reload(live: &Live<dyn Greeter>, next: &str) -> Result<ReloadOutcome, ReloadError> {
    replace(&live.path(), &fs::read(fixture(next)).unwrap());
    live.reload()
}

fn answers(live: &Live<dyn Greeter>) -> (String, String) {
    let guard = live.get();
    (guard.name().to_owned(), guard.greet("?"))
}

#[track_caller]
fn assert_answers(live: &Live<dyn Greeter>, name: &str, count: &str) {
    assert_eq!(answers(live), (name.to_owned(), count.to_owned()));
}

#[test]
fn state_goes_through_upgrade_and_downgrade() {
    let (_directory, _path, live) = open("stateful");
    live.get().greet("41");
    let Ok(ReloadOutcome::Replaced { times, .. }) = reload(&live, "stateful_next") else {
        panic!()
    };
    assert!(!times.of(Stage::Restore).is_zero(), "{times}");
    assert_answers(&live, "VERSION 2", "41");
    live.get().greet("42");
    reload(&live, "stateful").unwrap();
    assert_answers(&live, "VERSION 1", "42");
}

#[test]
fn what_keeps_no_state_takes_none_and_gives_none() {
    let (_directory, _path, live) = open("stateful");
    live.get().greet("41");
    let Ok(ReloadOutcome::Replaced { .. }) = reload(&live, "stamped") else { panic!() };
    assert_eq!(live.get().name(), "good-000000");
    let Ok(ReloadOutcome::Replaced { times, .. }) = reload(&live, "stateful") else { panic!() };
    assert!(times.of(Stage::Restore).is_zero(), "{times}");
    assert_answers(&live, "VERSION 1", "0");
}

#[test]
fn a_state_that_is_refused_or_panics_leaves_the_old_version_serving() {
    let (_directory, _path, live) = open("stateful");
    for (count, next, reasons) in [
        ("13", "stateful_next", &["rejected version 1", "cannot restore thirteen"][..]),
        ("14", "stateful_next", &["expects state version 2", "fourteen is too much"]),
        ("15", "stateful_next", &["panicked while it saved its state", "cannot save fifteen"]),
        ("16", "stateful_renamed", &["Other", "it is that of `Counting`", "name = \"Counting\""]),
    ] {
        live.get().greet(count);
        let error = reload(&live, next).unwrap_err();
        assert_eq!(error.stage(), Some(Stage::Restore));
        let text = format!("{error:?}");
        assert!(reasons.iter().all(|reason| text.contains(reason)), "{text}");
        assert_eq!(live.generation(), 1);
        assert_answers(&live, "VERSION 1", count);
    }
    live.get().greet("17");
    reload(&live, "stateful_next").unwrap();
    assert_answers(&live, "VERSION 2", "17");
    assert_eq!(live.generation(), 2);
}

#[test]
fn the_metadata_says_which_plugins_keep_their_state() {
    let of = |name| plugin_interface::inspect(fixture(name)).unwrap().registrations;
    assert!(of("stateful").iter().all(|it| it.keeps_state && !it.has_lifecycle));
    assert!(of("healthy").iter().all(|it| !it.keeps_state && !it.has_lifecycle));
}
