//! The calls into plugins that are running:
//! `cargo test --package plugin-interface --features in-flight --test in_flight`.

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

use plugin_interface::in_flight::{CallInFlight, Watchdog, calls};
use plugin_interface::{CallError, Greeter, GreeterProxy, PluginManager, PluginTrait};
use tempfile::TempDir;

/// Longer than anything takes.
const DEADLINE: Duration = Duration::from_secs(60);

/// The library of `plugin.rs`, which cargo builds beside this test, or as
/// `cargo build --features in-flight --example patient` does.
fn library() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let examples = test.ancestors().nth(2).unwrap().join("examples");
    examples.join(format!("{DLL_PREFIX}patient{DLL_SUFFIX}"))
}

/// A plugin from a directory of its own.
fn load() -> (TempDir, PathBuf, GreeterProxy) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(library().file_name().unwrap());
    std::fs::copy(library(), &path).unwrap();
    let mut manager = PluginManager::new();
    let loaded = manager.load_plugins(directory.path(), PluginTrait::Greeter).unwrap();
    let greeter = loaded.first().and_then(|handle| handle.as_greeter());
    let greeter = greeter.unwrap_or_else(|| panic!("{:?}", manager.rejected()));
    (directory, path, greeter)
}

fn of(library: &Path) -> Vec<CallInFlight> {
    calls().into_iter().filter(|call| call.library.as_deref() == Some(library)).collect()
}

fn wait_for(what: &str, mut is_so: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !is_so() {
        assert!(begin.elapsed() < DEADLINE, "waited for this: {what}");
        thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn calls_are_listed_with_their_threads_and_ages_until_they_return() {
    let (directory, path, greeter) = load();
    let greeter = Arc::new(greeter);
    let file = directory.path().join("done").to_str().unwrap().to_owned();
    let callers = ["first", "second"].map(|name| {
        let (greeter, file) = (Arc::clone(&greeter), file.clone());
        let call = move || greeter.greet(&file);
        let thread = thread::Builder::new().name(name.to_owned()).spawn(call).unwrap();
        wait_for("the call begins", || {
            of(&path).iter().any(|call| call.thread.as_deref() == Some(name))
        });
        thread
    });
    greeter.name();
    let found = of(&path);
    let names: Vec<_> = found.iter().map(|call| call.thread.as_deref()).collect();
    assert_eq!(names, [Some("first"), Some("second")], "the oldest first");
    let [first, second] = &found[..] else { panic!("{found:?}") };
    assert!(first.age >= second.age);
    assert_eq!((first.interface, first.method), ("Greeter", "greet"));
    let text = first.to_string();
    let begin = format!("`greet` of Greeter in {} has run for ", path.display());
    assert!(text.starts_with(&begin) && text.ends_with(" on thread first"), "{text}");
    std::fs::write(&file, "").unwrap();
    callers.into_iter().for_each(|caller| assert!(caller.join().unwrap().ends_with("is there")));
    assert!(of(&path).is_empty());
}

#[test]
fn a_call_that_panics_is_over() {
    let (_directory, path, greeter) = load();
    let checked = GreeterProxy::checked(&greeter);
    assert!(matches!(checked.greet(""), Err(CallError::Panicked { .. })));
    assert!(std::panic::catch_unwind(|| greeter.greet("")).is_err());
    assert!(of(&path).is_empty());
}

#[test]
fn a_watchdog_reports_each_call_over_its_deadline_once() {
    let (directory, path, greeter) = load();
    let mut watchdog = Watchdog::new(Duration::from_millis(20));
    let mut next_of_this = |time: Duration| {
        let end = Instant::now() + time;
        loop {
            let call = watchdog.next_within(end.saturating_duration_since(Instant::now()))?;
            // Others are those of other tests.
            if call.library.as_deref() == Some(&*path) {
                return Some(call);
            }
        }
    };
    let file = directory.path().join("done").to_str().unwrap().to_owned();
    let (done, is_done) = channel();
    let (waiting, again) = (file.clone(), file.clone());
    let caller = thread::spawn(move || {
        greeter.greet(&waiting);
        is_done.recv_timeout(DEADLINE).unwrap();
        greeter.greet(&again);
    });
    for round in 0..2 {
        let overdue = next_of_this(DEADLINE).expect("the call is reported");
        assert!(overdue.age >= Duration::from_millis(20) && overdue.method == "greet");
        assert!(next_of_this(Duration::from_millis(50)).is_none(), "{round}");
        std::fs::write(&file, "").unwrap();
        if round == 0 {
            wait_for("the first call returns", || of(&path).is_empty());
            std::fs::remove_file(&file).unwrap();
            done.send(()).unwrap();
        }
    }
    caller.join().unwrap();
    assert!(next_of_this(Duration::ZERO).is_none());
}
