//! Plugins that are replaced while they are in use.

use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use plugin_interface::{
    Greeter, Live, LiveEvent, LiveEvents, LiveGuard, LiveOptions, LoadError, LoadPolicy,
    ReloadError, ReloadOutcome, Stage, UnloadOutcome,
};

use crate::deadline::within;
use crate::fixtures::{Directory, fixture, is_mapped};
use crate::numbered_builds::{replace, stamped, text};

fn open(path: &Path) -> Live<dyn Greeter> {
    Live::open(path).unwrap()
}

fn is_replaced(reloaded: Result<ReloadOutcome, ReloadError>, expected: u64) -> bool {
    matches!(reloaded, Ok(ReloadOutcome::Replaced { generation, .. }) if generation == expected)
}

fn cause(error: ReloadError) -> LoadError {
    let ReloadError::Refused { source, .. } = error else { panic!("{error:?}") };
    *source
}

/// What became of each version, in the order of their ends.
fn ends(live: Live<dyn Greeter>, events: LiveEvents) -> Vec<(u64, Option<u64>, UnloadOutcome)> {
    drop(live);
    let ends = events.filter_map(|event| match event {
        LiveEvent::Unloaded { generation, counter, outcome } => {
            Some((generation, counter, outcome.unwrap()))
        }
        _ => None,
    });
    within("all versions end", || ends.collect())
}

#[test]
fn the_new_version_answers_after_a_reload_and_the_old_one_is_unmapped() {
    let (_directory, path, builds) = stamped("live_simple");
    let live = open(&path);
    let events = live.events();
    assert_eq!((live.generation(), live.get().name()), (1, "good-000000"));
    assert_eq!(live.reload().unwrap(), ReloadOutcome::Unchanged);
    builds.put(&path, "good", 1);
    assert_eq!(live.get().name(), "good-000000", "nobody asked for the new one yet");
    let Ok(ReloadOutcome::Replaced { generation: 2, times }) = live.reload() else { panic!() };
    for stage in [Stage::Settle, Stage::Copy, Stage::Check, Stage::Open, Stage::Make] {
        assert!(!times.of(stage).is_zero(), "{times}");
    }
    assert!(times.of(Stage::Probe).is_zero(), "{times}");
    assert_eq!((live.generation(), live.get().name()), (2, "good-000001"));
    // Written anew, with the same content.
    builds.put(&path, "good", 1);
    assert_eq!(live.reload().unwrap(), ReloadOutcome::Unchanged);
    assert_eq!(live.generation(), 2);
    let expected = |generation| (generation, Some(1), UnloadOutcome::Unmapped);
    assert_eq!(ends(live, events), [expected(1), expected(2)]);
    assert!(!is_mapped("live_simple"));
}

#[test]
fn events_tell_of_each_version_in_order() {
    let (_directory, path, builds) = stamped("live_events");
    let live = open(&path);
    let mut events = live.events();
    builds.put(&path, "fail", 1);
    live.reload().unwrap_err();
    builds.put(&path, "good", 1);
    live.reload().unwrap();
    drop(live);
    let mut next = || within("an event", || events.next()).unwrap();
    assert!(matches!(next(), LiveEvent::Loaded { generation: 1, .. }));
    let LiveEvent::Refused { generation: 1, stage: Stage::Make, message, times } = next() else {
        panic!()
    };
    assert!(message.contains("asked to fail"), "{message}");
    assert!(times.total() > Duration::ZERO);
    assert!(matches!(next(), LiveEvent::Replaced { generation: 2, .. }));
    for version in [1, 2] {
        let retired = next();
        assert!(
            matches!(retired, LiveEvent::Retired { generation, panicked: None, .. } if generation == version),
            "{retired:?}"
        );
        let unloaded = next();
        assert!(
            matches!(unloaded, LiveEvent::Unloaded { generation, .. } if generation == version),
            "{unloaded:?}"
        );
    }
    assert!(within("the last event", || events.next()).is_none() && events.lost() == 0);
}

#[test]
fn a_guard_keeps_its_version_and_ends_on_another_thread() {
    let (_directory, path, builds) = stamped("live_guard");
    let live = open(&path);
    let events = live.events();
    let mut guards = vec![live.get()];
    for number in 1..=10 {
        builds.put(&path, "good", number);
        assert!(is_replaced(live.reload(), number + 1));
        guards.push(live.get());
    }
    drop(live);
    for (number, guard) in guards.iter().enumerate() {
        assert_eq!(LiveGuard::generation(guard), number as u64 + 1);
        assert_eq!(guard.name(), text("good", number as u64));
    }
    assert!(is_mapped("live_guard"));
    thread::spawn(move || drop(guards)).join().unwrap();
    let unmapped = |event: &LiveEvent| {
        matches!(event, LiveEvent::Unloaded { outcome: Some(UnloadOutcome::Unmapped), .. })
    };
    assert_eq!(within("all versions end", || events.filter(unmapped).count()), 11);
    assert!(!is_mapped("live_guard"));
}

#[test]
fn who_is_still_inside_is_told_when_the_deadline_is_over() {
    let (_directory, path, builds) = stamped("live_deadline");
    let options = LiveOptions::new().deadline(Duration::from_millis(1));
    let live = options.open::<dyn Greeter>(&path).unwrap();
    let events = live.events();
    let (sender, receiver) = channel::<()>();
    let taken = thread::scope(|scope| {
        let lingerer = thread::Builder::new().name("lingerer".to_owned());
        let (ready, is_ready) = channel();
        let live = &live;
        let linger = move || {
            let guards = [live.get(), live.get()];
            ready.send(()).unwrap();
            let _ = receiver.recv();
            drop(guards);
        };
        lingerer.spawn_scoped(scope, linger).unwrap();
        within("the guards are taken", || is_ready.recv()).unwrap();
        builds.put(&path, "good", 1);
        live.reload().unwrap();
        let still_used = |event| match event {
            LiveEvent::StillUsed { generation, holders, .. } => Some((generation, holders)),
            _ => None,
        };
        let told = within("the deadline is over", || events.clone().find_map(still_used));
        drop(sender);
        told.unwrap()
    });
    let (1, [holder]) = (taken.0, &taken.1[..]) else { panic!("{taken:?}") };
    assert_eq!(holder.thread.as_ref().unwrap().name(), Some("lingerer"));
    assert_eq!(holder.guards, 2);
    assert_eq!(ends(live, events).len(), 2);
}

/// What a plugin calls back while it greets, or while it is opened.
static CALLED_BACK: Mutex<Option<Live<dyn Greeter>>> = Mutex::new(None);
static ANSWERS: Mutex<Vec<String>> = Mutex::new(Vec::new());

extern "C" fn reload_from_inside() {
    let live = CALLED_BACK.lock().unwrap().clone().unwrap();
    let answer = match live.reload() {
        Ok(ReloadOutcome::Replaced { generation, .. }) => format!("replaced by {generation}"),
        other => format!("{other:?}"),
    };
    let serving = live.generation();
    ANSWERS.lock().unwrap().push(format!("{answer}; {serving} serves"));
}

#[test]
fn a_call_and_a_load_may_ask_for_a_reload_of_their_own_library() {
    let directory = Directory::new();
    let address = reload_from_inside as extern "C" fn() as usize;
    let calls = format!("CALL_IN_GREET={address:#x}UL");
    let path = directory.compile("live_inside", &[&calls], "");
    let live = open(&path);
    *CALLED_BACK.lock().unwrap() = Some(live.clone());

    // The next build calls back already while it is opened.
    let begin = format!(
        "__attribute__((constructor)) static void begin(void) {{ ((void (*)(void)){address:#x}UL)(); }}\n"
    );
    directory.compile("live_next", &[&calls, "NAME=\"next\""], &begin);
    fs::rename(directory.library("live_next"), &path).unwrap();
    let guard = live.get();
    assert_eq!(guard.greet("you"), "HEY you", "the version that the call began in");
    assert_eq!((guard.name(), live.get().name()), ("by hand", "next"));
    let answers = std::mem::take(&mut *ANSWERS.lock().unwrap());
    let [opening, greeting] = &answers[..] else { panic!("{answers:?}") };
    assert!(opening.contains("already being reloaded by this thread"), "{opening}");
    assert!(opening.ends_with("; 1 serves"), "{opening}");
    assert_eq!(greeting, "replaced by 2; 2 serves");

    let events = live.events();
    drop((guard, CALLED_BACK.lock().unwrap().take()));
    assert_eq!(ends(live, events).len(), 2);
    assert!(!is_mapped("live_inside"));
}

#[test]
fn of_several_registrations_the_one_that_is_named_is_made() {
    let directory = Directory::of(&["healthy", "faulty"]);
    let path = directory.library("healthy");
    let error = Live::<dyn Greeter>::open(&path).unwrap_err();
    assert_eq!(error.stage(), Some(Stage::Admit));
    assert!(format!("{error:?}").contains("name it: OtherTwin or Twin"), "{error:?}");
    let named = |name: &str| LiveOptions::new().registration(name);
    let live = named("OtherTwin").open::<dyn Greeter>(&path).unwrap();
    assert_eq!(live.get().name(), "second");
    let error = named("Triplet").open::<dyn Greeter>(&path).unwrap_err();
    assert!(format!("{error:?}").contains("it has OtherTwin, Twin"), "{error:?}");

    // Only that one is made: the others of this library cannot be.
    let path = directory.library("faulty");
    let live = named("Fine").open::<dyn Greeter>(&path).unwrap();
    let events = live.events();
    assert_eq!(live.get().name(), "Fine");
    assert_eq!(ends(live, events), [(1, Some(1), UnloadOutcome::Unmapped)]);

    // By hand: all are made at once, and what is not wanted is given back.
    let path = directory.compile("live_array", &["ARRAY", "LISTS_TWO", "COUNTER"], "");
    let live = named("Two").open::<dyn Greeter>(&path).unwrap();
    assert_eq!(live.get().greet("two"), "HEY two");
}

#[test]
fn a_drop_that_panics_is_told_and_the_library_goes_nevertheless() {
    let directory = Directory::of(&["faulty"]);
    let options = LiveOptions::new().registration("DropsBadly");
    let live = options.open::<dyn Greeter>(directory.library("faulty")).unwrap();
    let events = live.events();
    drop(live);
    let told: Vec<_> = within("the version ends", || events.collect());
    let [
        _,
        LiveEvent::Retired { panicked: Some(message), .. },
        LiveEvent::Unloaded { counter, .. },
    ] = &told[..]
    else {
        panic!("{told:?}")
    };
    assert_eq!((message.as_str(), *counter), ("boom in the drop", Some(1)));
}

#[test]
fn a_policy_is_that_of_every_reload() {
    let (_directory, path, builds) = stamped("live_policy");
    let policy = LoadPolicy::new().deny("healthy");
    let live = LiveOptions::new().policy(policy).open::<dyn Greeter>(&path).unwrap();
    replace(&path, &fs::read(fixture("healthy")).unwrap());
    let error = live.reload().unwrap_err();
    assert!(matches!(cause(error), LoadError::Denied { .. }));
    builds.put(&path, "good", 1);
    live.reload().unwrap();
}
