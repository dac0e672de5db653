//! Plugins of a directory that is watched.

use std::fs;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use plugin_interface::{
    Events, Greeter, LifecycleState, LoadError, LoadPolicy, Plugin, PluginEvent, Plugins,
    PluginsOptions, UnloadError, WatchError,
};

use crate::files::Mills;
use crate::parts::Journal;
use crate::{DEADLINE, Notes, notes, until};

fn open(mills: &Mills, stop_within: Duration) -> (Plugins<dyn Greeter>, Arc<Notes>) {
    let notes = notes();
    let options = PluginsOptions::new()
        .policy(LoadPolicy::new().stop_within(stop_within))
        .provide::<dyn Journal>(notes.clone());
    (options.open(mills.path()).unwrap(), notes)
}

fn names(plugins: &Plugins<dyn Greeter>) -> Vec<String> {
    plugins.all().iter().map(|plugin| Plugin::name(plugin).to_owned()).collect()
}

/// Asks a plugin that is there.
fn ask(plugins: &Plugins<dyn Greeter>, name: &str) -> String {
    plugins.get(name).map_or_else(String::new, |plugin| plugin.greet("idle"))
}

/// Waits for an error that is reported.
fn failure(events: &Events<PluginEvent>, is_it: impl Fn(&WatchError) -> bool) -> Arc<WatchError> {
    loop {
        let event = events.next_within(DEADLINE).expect("an error is reported");
        if let PluginEvent::Failed { error } = event
            && is_it(&error)
        {
            return error;
        }
    }
}

fn is_of_load(error: &WatchError) -> bool {
    matches!(error, WatchError::Load { .. })
}

#[test]
fn plugins_are_started_in_the_order_of_their_needs_and_stopped_the_other_way_round() {
    let mills =
        Mills::of(&[("user", "a", "mill"), ("source", "b", "spring"), ("worker", "c", "worker")]);
    let (plugins, notes) = open(&mills, DEADLINE);
    assert_eq!(names(&plugins), ["Mill", "Spring", "Idle", "Worker"]);
    let states = plugins.all();
    assert!(states.iter().all(|it| Plugin::state(it) == LifecycleState::Serving));
    drop(states);
    let noted = notes.take();
    assert_eq!(
        noted,
        [
            "spring made",
            "mill made",
            "worker made",
            "spring starts",
            "mill starts",
            "worker starts"
        ]
    );
    assert!(plugins.close(DEADLINE));
    let noted = notes.take();
    assert_eq!(
        noted,
        [
            "worker stops",
            "worker stopped",
            "worker dropped",
            "mill stops",
            "mill stopped",
            "mill dropped",
            "spring stops",
            "spring stopped",
            "spring dropped",
        ]
    );
}

#[test]
fn a_version_that_does_not_start_leaves_the_one_before() {
    let mills = Mills::of(&[("source", "a", "one")]);
    let (plugins, notes) = open(&mills, DEADLINE);
    let events = plugins.events();
    for (mode, text) in [
        ("two start-fails", "Spring did not start: no room"),
        ("three start-panics", "the start of Spring panicked: it broke"),
    ] {
        mills.put("source", "a", mode);
        let error = failure(&events, is_of_load);
        assert!(error.to_string().contains(text), "{error}");
        assert!(matches!(&*error, WatchError::Load { serving: true, .. }), "{error}");
        assert_eq!(ask(&plugins, "Spring"), "one");
    }
    mills.put("source", "a", "four");
    until("it is replaced", || ask(&plugins, "Spring") == "four");
    assert!(plugins.close(DEADLINE));
    for line in ["one stopped", "one dropped"] {
        assert_eq!(notes.count(line), 1, "{line}");
    }
    assert_eq!(notes.count("four starts"), notes.count("four stopped"));
    // A build that fails is tried again when a file beside it changes.
    for version in ["two", "three", "four"] {
        let [made, dropped] = ["made", "dropped"].map(|it| notes.count(&format!("{version} {it}")));
        assert!(made > 0 && made == dropped, "{version}: {made}, {dropped}");
    }
    assert_eq!((notes.count("two stops"), notes.count("three stops")), (0, 0));
}

#[test]
fn what_does_not_start_is_told_once_and_its_users_come_when_it_does() {
    let mills = Mills::of(&[
        ("user", "a", "mill"),
        ("source", "b", "spring start-panics"),
        ("worker", "c", "worker"),
    ]);
    let (plugins, notes) = open(&mills, DEADLINE);
    assert_eq!(names(&plugins), ["Idle", "Worker"]);
    let rejected: Vec<_> = plugins.rejected().iter().map(|error| error.to_string()).collect();
    let [mill, spring] = &rejected[..] else { panic!("{rejected:?}") };
    assert!(spring.contains("the start of Spring panicked: it broke"), "{spring}");
    assert!(mill.contains("Mill") && mill.contains("the start of Spring panicked"), "{mill}");
    assert_eq!(notes.count("mill starts"), 0);
    mills.put("source", "b", "spring");
    until("both are there", || names(&plugins) == ["Mill", "Spring", "Idle", "Worker"]);
    until("nothing is rejected", || plugins.rejected().is_empty());
    let events = plugins.events();
    let mut failures = Vec::new();
    while let Some(event) = events.try_next() {
        if let PluginEvent::Failed { error } = event {
            failures.push(error.to_string());
        }
    }
    assert_eq!(failures.len(), 2, "{failures:?}");
    assert!(plugins.close(DEADLINE));
    let stopped = notes.count("mill stopped");
    assert!(stopped > 0 && stopped == notes.count("mill starts"));
}

#[test]
fn a_plugin_of_a_library_that_does_not_start_leaves_the_other() {
    let mills = Mills::of(&[("worker", "a", "worker start-fails")]);
    let (plugins, notes) = open(&mills, DEADLINE);
    assert_eq!(names(&plugins), ["Idle"]);
    let rejected = plugins.rejected();
    let [error] = &rejected[..] else { panic!("{rejected:?}") };
    assert!(error.to_string().contains("Worker did not start: no room"), "{error}");
    assert_eq!(notes.take(), ["worker made", "worker starts", "worker dropped"]);
}

#[test]
fn a_stop_that_takes_too_long_is_reported_and_holds_up_nothing() {
    let mills = Mills::of(&[("source", "a", "one stop-hangs"), ("worker", "b", "worker")]);
    let (plugins, notes) = open(&mills, Duration::from_millis(30));
    let events = plugins.events();
    mills.put("source", "a", "two");
    let overdue = |error: &WatchError| {
        matches!(error, WatchError::Unload { error: UnloadError::StopOverdue { .. } })
    };
    let error = failure(&events, overdue);
    assert!(error.to_string().contains("the stop of Spring did not return within 30ms"), "{error}");
    assert_eq!((ask(&plugins, "Spring"), ask(&plugins, "Worker")), ("two".into(), "worker".into()));
    assert!(plugins.close(DEADLINE));
    // On a slow machine these may be late too.
    for line in ["two dropped", "worker dropped"] {
        until(line, || notes.count(line) == 1);
    }
    assert_eq!(notes.count("one stopped"), 0);
    mills.say("a", "go", "");
    until("it is destroyed", || notes.count("one dropped") == 1);
}

#[test]
fn a_close_with_a_deadline_passes_it_on() {
    let mills = Mills::of(&[("source", "a", "spring stop-hangs")]);
    let (plugins, notes) = open(&mills, DEADLINE);
    // Either the stop or the wait for it is over first.
    let _ = plugins.close(Duration::from_millis(30));
    let overdue = |error: &WatchError| {
        matches!(error, WatchError::Unload { error: UnloadError::StopOverdue { .. } })
    };
    failure(&plugins.events(), overdue);
    mills.say("a", "go", "");
    until("it is destroyed", || notes.count("spring dropped") == 1);
}

#[test]
fn each_version_is_started_and_stopped_once_while_it_is_called() {
    const VERSIONS: usize = 12;
    let mills = Mills::of(&[("source", "a", "version1"), ("user", "b", "mill")]);
    let (plugins, notes) = open(&mills, DEADLINE);
    thread::scope(|scope| {
        let call = || {
            let mut calls = 0_u32;
            loop {
                let spring = plugins.get("Spring").unwrap();
                let answer = spring.greet("");
                assert!(answer.starts_with("version"), "{answer}");
                assert_eq!(plugins.get("Mill").unwrap().greet(""), "mill");
                calls += 1;
                if Plugin::generation(&spring) == VERSIONS as u64 {
                    return calls;
                }
            }
        };
        let calls = [(); 3].map(|()| scope.spawn(call));
        for version in 2..=VERSIONS {
            mills.put("source", "a", &format!("version{version}"));
            let answer = format!("version{version}");
            until("it is replaced", || ask(&plugins, "Spring") == answer);
        }
        assert!(calls.into_iter().map(|it| it.join().unwrap()).all(|calls| calls > 0));
    });
    assert!(plugins.close(DEADLINE));
    for version in 1..=VERSIONS {
        for what in ["made", "starts", "stops", "stopped", "dropped"] {
            assert_eq!(notes.count(&format!("version{version} {what}")), 1, "{version} {what}");
        }
    }
    let mills =
        ["made", "starts", "stopped", "dropped"].map(|it| notes.count(&format!("mill {it}")));
    assert!(mills[0] >= VERSIONS && mills.iter().all(|count| *count == mills[0]), "{mills:?}");
}

#[test]
fn a_version_that_is_in_use_is_stopped_when_its_last_user_lets_it_go() {
    let mills = Mills::of(&[("source", "a", "one")]);
    let (plugins, notes) = open(&mills, DEADLINE);
    let old = plugins.get("Spring").unwrap();
    mills.put("source", "a", "two");
    until("it is replaced", || ask(&plugins, "Spring") == "two");
    fs::remove_file(mills.file("a")).unwrap();
    until("the second is stopped", || notes.count("two dropped") == 1);
    assert_eq!((&*old.greet(""), notes.count("one stops")), ("one", 0));
    drop(old);
    until("the first is stopped", || notes.count("one dropped") == 1);
    assert_eq!(notes.count("one stopped"), 1);
    let is_start = |error: &WatchError| {
        matches!(error, WatchError::Load { error: LoadError::Start { .. }, .. })
    };
    assert!(!plugins.rejected().iter().any(|error| is_start(error)));
}
