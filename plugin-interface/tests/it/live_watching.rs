//! Live plugins that watch their own file, or that a manager's loop replaces.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use plugin_interface::{
    Greeter, Live, LiveEvent, LiveEvents, LiveOptions, PluginManager, PluginTrait, Stage,
    UnloadOutcome, WatchError, WatchEvent, WatchOptions,
};

use crate::deadline::{Run, until, within};
use crate::fixtures::{Directory, fixture, is_mapped};
use crate::numbered_builds::{replace, soak, stamped, text};
use crate::patient_fs as fs;

/// Longer than anything takes.
const DEADLINE: Duration = Duration::from_secs(60);

fn watch(path: &Path) -> (Live<dyn Greeter>, LiveEvents) {
    let live = Live::watch(path).unwrap();
    let events = live.events();
    assert!(matches!(next(&events), LiveEvent::Loaded { generation: 1, .. }));
    (live, events)
}

/// The next event that tells of a load.
fn next(events: &LiveEvents) -> LiveEvent {
    next_within(events, DEADLINE).expect("an event")
}

/// The same, if it comes in time.
fn next_within(events: &LiveEvents, time: Duration) -> Option<LiveEvent> {
    let end = Instant::now() + time;
    loop {
        match events.next_within(end.saturating_duration_since(Instant::now()))? {
            LiveEvent::Retired { .. } | LiveEvent::Unloaded { .. } => {}
            event => return Some(event),
        }
    }
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_to_another_version_of_a_store_is_a_replacement() {
    let (_directory, path, builds) = stamped("live_link");
    let store = Directory::new();
    let next = path.with_extension("next");
    let link = |number| {
        let target = store.library(&format!("live_link_{number}"));
        builds.put(&target, "good", number);
        std::os::unix::fs::symlink(target, &next).unwrap();
        fs::rename(&next, &path).unwrap();
    };
    link(1);
    let (live, events) = watch(&path);
    link(2);
    expect_replaced(&events, 2);
    assert_eq!(live.get().name(), "good-000002");
}

#[track_caller]
fn expect_replaced(events: &LiveEvents, expected: u64) {
    let event = next(events);
    let LiveEvent::Replaced { generation, times } = &event else { panic!("{event:?}") };
    assert_eq!(*generation, expected);
    assert!(times.of(Stage::Discover) > Duration::ZERO, "{times}");
}

#[test]
fn a_new_file_serves_without_being_asked_for_and_the_same_one_is_no_news() {
    let (_directory, path, builds) = stamped("live_watch");
    let (live, events) = watch(&path);
    builds.put(&path, "good", 1);
    expect_replaced(&events, 2);
    assert_eq!((live.generation(), live.get().name()), (2, "good-000001"));
    // Twice, with the same content.
    builds.put(&path, "good", 1);
    fs::write(&path, builds.content("good", 1)).unwrap();
    fs::remove_file(&path).unwrap();
    builds.put(&path, "good", 2);
    expect_replaced(&events, 3);
    let (other, listener) = (live.clone(), events.clone());
    drop(live);
    builds.put(&path, "good", 3);
    expect_replaced(&listener, 4);
    assert_eq!(other.get().name(), "good-000003");
    drop(other);
    let unmapped = |event: &LiveEvent| {
        matches!(event, LiveEvent::Unloaded { outcome: Some(UnloadOutcome::Unmapped), .. })
    };
    assert!(within("all versions end", || events.filter(unmapped).count()) > 0);
    assert!(!is_mapped("live_watch"));
}

#[test]
fn without_events_the_file_is_compared_with_what_it_was() {
    let (_directory, path, builds) = stamped("live_polled");
    let options = LiveOptions::new().polling(Duration::from_millis(5));
    let live = options.watch::<dyn Greeter>(&path).unwrap();
    let events = live.events();
    assert!(matches!(next(&events), LiveEvent::Loaded { .. }));
    builds.put(&path, "good", 1);
    expect_replaced(&events, 2);
}

#[test]
fn what_cannot_be_loaded_is_told_once_and_the_next_good_file_serves() {
    let (_directory, path, builds) = stamped("live_refused");
    let (live, events) = watch(&path);
    for (round, (bad, stage)) in [
        (builds.content("fail", 1), Stage::Make),
        (builds.content("boom", 1), Stage::Make),
        (b"not a library".to_vec(), Stage::Check),
    ]
    .into_iter()
    .enumerate()
    {
        let round = round as u64 + 1;
        replace(&path, &bad);
        let event = next(&events);
        let LiveEvent::Refused { generation, stage: found, .. } = event else {
            panic!("{event:?}")
        };
        assert_eq!((generation, found), (round, stage));
        assert_eq!(live.get().name(), text("good", round - 1));
        // A sign of life that changes nothing; longer than it may be quiet.
        let mut permissions = path.metadata().unwrap().permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&path, permissions).unwrap();
        let told = next_within(&events, Duration::from_millis(300));
        assert!(told.is_none(), "{told:?}");
        builds.put(&path, "good", round);
        expect_replaced(&events, round + 1);
    }
    assert_eq!(live.get().name(), "good-000003");
}

#[test]
fn without_a_file_there_is_nothing_to_watch() {
    let directory = Directory::new();
    let error = Live::<dyn Greeter>::watch(directory.library("absent")).unwrap_err();
    assert_eq!(error.stage(), Some(Stage::Settle));
    #[cfg(target_os = "linux")]
    assert!(!is_watched("absent"));
}

/// Whether a thread watches a library of that name; 9 characters count.
#[cfg(target_os = "linux")]
fn is_watched(name: &str) -> bool {
    let threads = fs::read_dir("/proc/self/task").unwrap().flatten();
    let names = threads.filter_map(|thread| fs::read_to_string(thread.path().join("comm")).ok());
    let wanted = format!("watch lib{name}");
    names.map(|comm| comm.trim().to_owned()).any(|comm| wanted.starts_with(&comm) && comm.len() > 9)
}

// Linux shows the names of threads.
#[cfg(target_os = "linux")]
#[test]
fn the_thread_that_watches_ends_with_the_last_handle() {
    let (_directory, path, _builds) = stamped("ends_soon");
    let (live, _events) = watch(&path);
    let other = live.clone();
    drop(live);
    let wait_until = |is_watched_then| {
        until("the thread starts or ends", || is_watched("ends_soon") == is_watched_then);
    };
    // It takes its name when it runs.
    wait_until(true);
    drop(other);
    wait_until(false);
}

#[test]
fn a_managers_loop_replaces_what_it_gave_out_live() {
    let (directory, path, builds) = stamped("live_managed");
    directory.add("healthy", "beside");
    let mut manager = PluginManager::new();
    let live = manager.live::<dyn Greeter>(&path).unwrap();
    let gone = manager.live::<dyn Greeter>(&path).unwrap();
    drop(gone);
    builds.put(&path, "good", 1);
    let mut told = Vec::new();
    let options = WatchOptions::default();
    manager.watch_and_load_blocking(directory.path(), PluginTrait::Greeter, options, |event| {
        match event {
            WatchEvent::Replaced { path: of, generation } => {
                assert_eq!((of, live.generation()), (path.clone(), generation));
                told.push(live.get().name().to_owned());
                match generation {
                    2 => builds.put(&path, "fail", 2),
                    _ => return false,
                }
            }
            WatchEvent::Error(WatchError::Load { error, serving, .. }) => {
                assert!(serving);
                told.push(error.stage().to_string());
                builds.put(&path, "good", 3);
            }
            WatchEvent::Handles(handles, paths) => {
                assert!(!paths.contains(&path) && handles.iter().all(|h| h.path() != path));
            }
            other => panic!("{other:?}"),
        }
        true
    });
    assert_eq!(told, ["good-000001", "make", "good-000003"]);
}

#[test]
fn valgrind_finds_no_error_while_a_plugin_and_its_state_are_replaced() {
    let directory = Directory::new();
    let count = soak(5, 200).to_string();
    let output = Command::new("valgrind")
        .args(["--quiet", "--error-exitcode=9"])
        .arg(fixture("driver"))
        .args(["watch", &count])
        .arg(directory.library("live_valgrind"))
        .args([fixture("stateful"), fixture("stateful_next")])
        .run("valgrind ends");
    let told = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{} {told} {errors}", output.status);
    assert!(told.contains(&format!("replaced {count} times, at last Unloaded")), "{told}");
    assert!(told.contains("Unmapped"), "{told}");
}
