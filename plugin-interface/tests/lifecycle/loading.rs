//! Plugins of a directory that is loaded once, and of one library.

use std::sync::Arc;
use std::time::Duration;

use plugin_interface::{
    ErrorClass, Greeter, HealthError, LifecycleState, Live, LoadError, LoadPolicy, PluginHandle,
    PluginManager, PluginTrait, Stage, UnloadError,
};

use crate::files::Mills;
use crate::parts::Journal;
use crate::{DEADLINE, Notes, notes, until};

fn manager(stop_within: Duration) -> (PluginManager, Arc<Notes>) {
    let mut manager = PluginManager::with_policy(LoadPolicy::new().stop_within(stop_within));
    let notes = notes();
    manager.provide::<dyn Journal>(notes.clone());
    (manager, notes)
}

fn load(manager: &mut PluginManager, mills: &Mills) -> Vec<PluginHandle> {
    manager.load_plugins(mills.path(), PluginTrait::Greeter).unwrap()
}

fn answers(handles: &[PluginHandle]) -> Vec<String> {
    handles.iter().map(|handle| handle.as_greeter().unwrap().greet("idle")).collect()
}

#[test]
fn all_plugins_are_created_then_started_then_stopped() {
    let (mut manager, notes) = manager(DEADLINE);
    let mills =
        Mills::of(&[("user", "a", "mill"), ("source", "b", "spring"), ("worker", "c", "worker")]);
    let handles = load(&mut manager, &mills);
    assert!(manager.rejected().is_empty(), "{:?}", manager.rejected());
    assert_eq!(answers(&handles), ["mill", "spring", "idle", "worker"]);
    for handle in &handles {
        for described in &handle.metadata().registrations {
            assert_eq!(described.has_lifecycle, described.name != "Idle", "{described:?}");
        }
    }
    let made = ["spring made", "mill made", "worker made"];
    let mut expected = made.to_vec();
    // Its user waits for the source alone.
    expected.extend(["spring starts", "mill starts", "worker starts"]);
    assert_eq!(notes.take(), expected);
    assert!(handles.iter().all(|handle| handle.state() == LifecycleState::Serving));
    for handle in handles {
        handle.close().unwrap();
    }
    assert_eq!(
        notes.take(),
        [
            "mill stops",
            "mill stopped",
            "mill dropped",
            "spring stops",
            "spring stopped",
            "spring dropped",
            "worker stops",
            "worker stopped",
            "worker dropped",
        ]
    );
}

#[test]
fn a_source_is_stopped_after_its_users_whoever_is_dropped_first() {
    let (mut manager, notes) = manager(DEADLINE);
    let mills = Mills::of(&[("source", "a", "spring"), ("user", "b", "mill")]);
    let handles = load(&mut manager, &mills);
    notes.take();
    drop(handles);
    let order = notes.take();
    let place = |line: &str| order.iter().position(|note| note == line).unwrap();
    assert!(place("mill dropped") < place("spring stops"), "{order:?}");
}

#[test]
fn what_does_not_start_is_rejected_with_its_users_and_hinders_no_other() {
    for (word, is_panic) in [("start-fails", false), ("start-panics", true)] {
        let (mut manager, notes) = manager(DEADLINE);
        let mode = format!("spring {word}");
        let mills =
            Mills::of(&[("user", "a", "mill"), ("source", "b", &mode), ("worker", "c", "worker")]);
        let handles = load(&mut manager, &mills);
        assert_eq!(answers(&handles), ["idle", "worker"]);
        let [mill, spring] = manager.rejected() else { panic!("{:?}", manager.rejected()) };
        let text = spring.error.to_string();
        match &spring.error {
            LoadError::Start { message, .. } if !is_panic => assert_eq!(message, "no room"),
            LoadError::StartPanicked { message, .. } if is_panic => assert_eq!(message, "it broke"),
            other => panic!("{other}"),
        }
        let class = if is_panic { ErrorClass::Crashed } else { ErrorClass::Failed };
        assert_eq!((spring.error.stage(), spring.error.class()), (Stage::Start, class));
        let LoadError::ProviderFailed { plugin, reason, .. } = &mill.error else {
            panic!("{}", mill.error)
        };
        assert_eq!((&**plugin, &**reason), ("Mill", &*text), "the user names the reason");
        let noted = notes.take();
        let never = ["mill starts", "mill stops", "spring stops"];
        assert!(!noted.iter().any(|note| never.contains(&&**note)), "{noted:?}");
        for line in ["mill dropped", "spring dropped"] {
            assert_eq!(noted.iter().filter(|note| *note == line).count(), 1, "{noted:?}");
        }
    }
}

#[test]
fn one_library_is_started_too_and_a_plugin_that_fails_leaves_the_others() {
    let (mut manager, _) = manager(DEADLINE);
    let mills = Mills::of(&[("worker", "a", "worker start-panics")]);
    let handles = manager.load_library(mills.file("a")).unwrap();
    assert_eq!(answers(&handles), ["idle"]);
    assert!(matches!(manager.rejected()[0].error, LoadError::StartPanicked { .. }));
    let mills = Mills::of(&[("source", "a", "spring start-fails")]);
    let error = manager.load_library(mills.file("a")).unwrap_err();
    assert!(matches!(error, LoadError::Start { .. }), "{error}");
}

#[test]
fn a_stop_that_fails_or_panics_is_reported_and_the_instance_is_destroyed() {
    let (mut manager, notes) = manager(DEADLINE);
    let mills = Mills::of(&[("source", "a", "one stop-fails"), ("source", "b", "two stop-panics")]);
    let mut handles = load(&mut manager, &mills);
    let (second, first) = (handles.remove(1), handles.remove(0));
    match first.close().unwrap_err() {
        UnloadError::Stop { name, message, counter: Some(1), .. } => {
            assert_eq!((&*name, &*message), ("Spring", "nothing was saved"));
        }
        other => panic!("{other}"),
    }
    match second.close().unwrap_err() {
        UnloadError::StopPanicked { name, message, counter: Some(1), .. } => {
            assert_eq!((&*name, &*message), ("Spring", "it stuck"));
        }
        other => panic!("{other}"),
    }
    assert_eq!((notes.count("one dropped"), notes.count("two dropped")), (1, 1));
}

#[test]
fn a_stop_that_takes_too_long_is_told_by_name_and_waited_for_no_longer() {
    let within = Duration::from_millis(30);
    let (mut manager, notes) = manager(within);
    let mills = Mills::of(&[("source", "a", "one stop-hangs stop-tells-time")]);
    let handle = load(&mut manager, &mills).remove(0);
    let path = handle.path().to_owned();
    match handle.close().unwrap_err() {
        UnloadError::StopOverdue { path: found, name, within: had } => {
            assert_eq!((found, &*name, had), (path.clone(), "Spring", within));
        }
        other => panic!("{other}"),
    }
    until("it was told", || notes.count("one has 30") == 1);
    assert_eq!(notes.count("one dropped"), 0);
    assert!(manager.outcome(&path).is_none(), "it is loaded until it returns");
    mills.say("a", "go", "");
    until("it is closed", || manager.outcome(&path).is_some());
    assert_eq!((notes.count("one stopped"), notes.count("one dropped")), (1, 1));
}

#[test]
fn a_plugin_is_asked_for_its_health() {
    let (mut manager, _) = manager(DEADLINE);
    let mills = Mills::of(&[("worker", "a", "worker")]);
    let handles = load(&mut manager, &mills);
    let [idle, worker] = &handles[..] else { panic!("{handles:?}") };
    assert_eq!((idle.health(), worker.health()), (Ok(()), Ok(())));
    mills.say("a", "sick", "");
    let (name, message) = ("Worker".to_owned(), "it has a cold".to_owned());
    assert_eq!(worker.health(), Err(HealthError::Unhealthy { name, message }));
    mills.say("a", "dead", "");
    let (name, message) = ("Worker".to_owned(), "it is dead".to_owned());
    assert_eq!(worker.health(), Err(HealthError::Panicked { name, message }));
    assert_eq!(idle.health(), Ok(()));
    mills.unsay("a", "dead");
    mills.unsay("a", "sick");
    assert_eq!((worker.health(), &*answers(&handles)[1]), (Ok(()), "worker"));
}

#[test]
fn a_proxy_that_outlives_its_handle_keeps_the_plugin_started() {
    let (mut manager, notes) = manager(DEADLINE);
    let mills = Mills::of(&[("source", "a", "spring")]);
    let proxy = manager.load::<dyn Greeter>(mills.path()).unwrap().remove(0);
    notes.take();
    assert_eq!(proxy.greet(""), "spring");
    assert_eq!(notes.take(), [""; 0]);
    drop(proxy);
    assert_eq!(notes.take(), ["spring stops", "spring stopped", "spring dropped"]);
}

#[test]
fn each_version_of_a_live_is_started_before_it_is_used_and_stopped_after_that() {
    let mills = Mills::of(&[("source", "a", "one")]);
    let live = Live::<dyn Greeter>::open(mills.file("a")).unwrap();
    let events = live.events();
    assert_eq!(live.get().greet(""), "one");
    mills.put("source", "a", "two start-fails");
    let error = live.reload().unwrap_err();
    assert!(format!("{error:?}").contains("Spring did not start: no room"), "{error:?}");
    assert_eq!(live.get().greet(""), "one");
    mills.put("source", "a", "three stop-panics");
    live.reload().unwrap();
    assert_eq!(live.get().greet(""), "three");
    drop(live);
    let told: Vec<_> = events.map(|event| event.to_string()).collect();
    let panicked = |line: &&String| line.contains("the stop of Spring panicked: it stuck");
    assert_eq!(told.iter().filter(panicked).count(), 1, "{told:?}");
}
