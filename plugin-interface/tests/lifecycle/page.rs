//! What an application shows of its plugins, and what it switches off and on.

use std::fs;
use std::sync::Arc;

use plugin_interface::{
    Events, Greeter, LifecycleState, ListedPlugin, LoadError, Plugin, PluginEvent, PluginStanding,
    Plugins, PluginsOptions, UnloadError, UnloadOutcome, WatchError,
};

use crate::files::Mills;
use crate::parts::Journal;
use crate::{DEADLINE, Notes, notes, until};

/// The package of all plugins of these tests.
const PACKAGE: &str = "plugin-interface";

fn open(mills: &Mills) -> (Plugins<dyn Greeter>, Arc<Notes>) {
    let notes = notes();
    let options = PluginsOptions::new().provide::<dyn Journal>(notes.clone());
    (options.open(mills.path()).unwrap(), notes)
}

fn rows(plugins: &Plugins<dyn Greeter>) -> Vec<(String, PluginStanding)> {
    plugins.list().into_iter().map(|it| (it.name, it.standing)).collect()
}

fn names(plugins: &Plugins<dyn Greeter>) -> Vec<String> {
    plugins.all().iter().map(|plugin| Plugin::name(plugin).to_owned()).collect()
}

/// Returns the one row of a plugin.
#[track_caller]
fn row(plugins: &Plugins<dyn Greeter>, name: &str) -> ListedPlugin {
    let mut rows = plugins.list().into_iter().filter(|row| row.name == name);
    match (rows.next(), rows.next()) {
        (Some(only), None) => only,
        other => panic!("expected one row of {name}: {other:?}"),
    }
}

/// Waits for an event.
fn wait(events: &Events<PluginEvent>, is_it: impl Fn(&PluginEvent) -> bool) -> PluginEvent {
    loop {
        let event = events.next_within(DEADLINE).expect("the event comes");
        if is_it(&event) {
            return event;
        }
    }
}

const SERVING: PluginStanding = PluginStanding::Loaded(LifecycleState::Serving);

#[test]
fn each_plugin_has_a_row_with_its_standing_and_the_reason() {
    let mills = Mills::of(&[
        ("source", "a", "spring start-fails"),
        ("user", "b", "mill"),
        ("worker", "c", "worker start-panics"),
    ]);
    fs::write(mills.file("d"), "no library").unwrap();
    let (plugins, _) = open(&mills);
    until("the text is rejected, once it is quiet", || plugins.rejected().len() == 4);
    let file = mills.file("d").file_name().unwrap().display().to_string();
    let rows_now = rows(&plugins);
    let expected = [
        ("Idle".to_owned(), SERVING),
        ("Spring".to_owned(), PluginStanding::Failed),
        ("Mill".to_owned(), PluginStanding::Failed),
        ("Worker".to_owned(), PluginStanding::Failed),
        (file.clone(), PluginStanding::Failed),
    ];
    assert_eq!(rows_now, expected);
    let version = env!("CARGO_PKG_VERSION").to_owned();
    let spring = row(&plugins, "Spring");
    assert_eq!(spring.package, Some((PACKAGE.to_owned(), version)));
    assert_eq!((spring.generation, spring.path.clone()), (None, mills.file("a")));
    let text = spring.to_string();
    assert!(text.starts_with("Spring of plugin-interface 0.1.0: failed: "), "{text}");
    for (name, reason) in [
        ("Spring", "Spring did not start: no room"),
        ("Mill", "Spring did not start: no room"),
        ("Worker", "the start of Worker panicked: it broke"),
    ] {
        let error = row(&plugins, name).error.expect("a reason").to_string();
        assert!(error.contains(reason), "{error}");
    }
    assert_eq!(row(&plugins, &file).package, None);
    // A version that does not start leaves the one before, and its reason is shown.
    mills.put("source", "a", "one");
    until("it is there", || row(&plugins, "Spring").standing == SERVING);
    until("the reason is gone", || row(&plugins, "Spring").error.is_none());
    mills.put("source", "a", "two start-fails");
    until("the reason is there", || row(&plugins, "Spring").error.is_some());
    let spring = row(&plugins, "Spring");
    assert_eq!((spring.standing, spring.generation.is_some()), (SERVING, true));
}

#[test]
fn a_package_is_disabled_with_a_reason_and_enabled_again() {
    let mills =
        Mills::of(&[("user", "a", "mill"), ("source", "b", "spring"), ("worker", "c", "worker")]);
    let (plugins, notes) = open(&mills);
    let all = ["Mill", "Spring", "Idle", "Worker"];
    assert_eq!(names(&plugins), all);
    let used = plugins.get("Spring").unwrap();
    assert!(plugins.disable(PACKAGE, "you said so"));
    assert!(!plugins.disable(PACKAGE, "you said so"), "it is disabled");
    until("they are gone", || plugins.all().is_empty());
    until("the reasons are there", || plugins.rejected().len() == 3);
    for error in plugins.rejected() {
        assert!(
            matches!(&*error, WatchError::Load {
                error: LoadError::DisabledByHost { package, reason, .. }, ..
            } if package == PACKAGE && reason == "you said so"),
            "{error}"
        );
    }
    assert!(rows(&plugins).iter().all(|(_, standing)| *standing == PluginStanding::Disabled));
    assert_eq!(plugins.list().len(), 4);
    until("those that nobody uses are stopped", || notes.count("worker dropped") == 1);
    assert_eq!((&*used.greet(""), notes.count("spring stops")), ("spring", 0));
    drop(used);
    until("the last is stopped", || notes.count("spring dropped") == 1);
    // A new file of the package is disabled too.
    mills.put("worker", "d", "other");
    until("it is rejected", || plugins.rejected().len() == 4);
    fs::remove_file(mills.file("d")).unwrap();
    assert!(plugins.enable(PACKAGE) && !plugins.enable(PACKAGE));
    until("they are back", || names(&plugins) == all);
    until("nothing is rejected", || plugins.rejected().is_empty());
    assert!(plugins.close(DEADLINE));
    for name in ["mill", "spring", "worker"] {
        let [starts, stopped] =
            ["starts", "stopped"].map(|it| notes.count(&format!("{name} {it}")));
        assert_eq!((starts, stopped), (2, 2), "{name}");
    }
}

#[test]
fn a_package_that_was_disabled_before_is_not_loaded() {
    let mills = Mills::of(&[("source", "a", "spring")]);
    let notes = notes();
    let options =
        PluginsOptions::new().disable(PACKAGE, "off").provide::<dyn Journal>(notes.clone());
    let plugins = options.open::<dyn Greeter>(mills.path()).unwrap();
    assert_eq!(rows(&plugins), [("Spring".to_owned(), PluginStanding::Disabled)]);
    assert_eq!(notes.take(), [""; 0], "none of its code ran");
}

#[test]
fn a_plugin_that_panics_over_its_health_is_not_used_until_it_is_replaced() {
    let mills = Mills::of(&[("worker", "a", "one")]);
    let (plugins, notes) = open(&mills);
    assert!(plugins.check_health().is_empty());
    mills.say("a", "sick", "");
    let sick = plugins.check_health();
    let [(plugin, error)] = &sick[..] else { panic!("{sick:?}") };
    assert_eq!(
        (Plugin::name(plugin), &*error.to_string()),
        ("Worker", "Worker is not healthy: it has a cold")
    );
    assert_eq!(names(&plugins), ["Idle", "Worker"], "the host decides about it");
    mills.say("a", "dead", "");
    assert_eq!(plugins.check_health().len(), 1);
    assert_eq!(names(&plugins), ["Idle"], "the others go on");
    let worker = row(&plugins, "Worker");
    assert_eq!(worker.standing, PluginStanding::Failed);
    let error = worker.error.unwrap().to_string();
    assert!(
        error.contains("Worker panicked when it was asked for its health: it is dead"),
        "{error}"
    );
    drop(sick);
    mills.unsay("a", "dead");
    mills.unsay("a", "sick");
    mills.put("worker", "a", "two");
    until("it is replaced", || names(&plugins) == ["Idle", "Worker"]);
    until("the first is stopped", || notes.count("one dropped") == 1);
    assert!(plugins.check_health().is_empty() && plugins.rejected().is_empty());
    assert!(plugins.close(DEADLINE));
    assert_eq!((notes.count("one stopped"), notes.count("two stopped")), (1, 1));
}

#[test]
fn the_life_of_a_plugin_is_told_by_events() {
    let mills = Mills::of(&[("worker", "a", "one")]);
    let (plugins, _) = open(&mills);
    let events = plugins.events();
    let path = mills.file("a");
    let text = |event: &PluginEvent| event.to_string().replace(&path.display().to_string(), "FILE");
    let next = || text(&events.next_within(DEADLINE).unwrap());
    assert_eq!((&*next(), &*next()), ("loaded FILE: Idle, Worker", "started FILE: Worker"));
    mills.put("worker", "a", "two");
    assert_eq!(next(), "replaced FILE by version 2: Idle, Worker");
    assert_eq!(next(), "started FILE: Worker");
    let closed = events.next_within(DEADLINE).unwrap();
    assert!(text(&closed).starts_with("closed version 1 of FILE: "), "{closed}");
    let PluginEvent::Unloaded { generation: 1, counter: 2, .. } = closed else {
        panic!("{closed}")
    };
    fs::remove_file(mills.file("a")).unwrap();
    let is_last =
        |event: &PluginEvent| matches!(event, PluginEvent::Unloaded { generation: 2, .. });
    wait(&events, is_last);
    mills.put("worker", "a", "three");
    wait(&events, |event| matches!(event, PluginEvent::Started { .. }));
    assert!(plugins.close(DEADLINE));
    let rest: Vec<_> = events.collect();
    let [PluginEvent::Unloaded { generation: 1, counter: 2, outcome, .. }] = &rest[..] else {
        panic!("{rest:?}")
    };
    assert!(!matches!(outcome, UnloadOutcome::Retained { .. }) || !cfg!(target_os = "linux"));
}

#[test]
fn a_source_that_its_user_holds_reports_its_end_too() {
    let mills = Mills::of(&[("source", "a", "spring stop-panics"), ("user", "b", "mill")]);
    let (plugins, notes) = open(&mills);
    let events = plugins.events();
    let mill = plugins.get("Mill").unwrap();
    assert!(plugins.disable(PACKAGE, "off"));
    until("they are gone", || plugins.all().is_empty());
    assert_eq!(notes.count("spring stops"), 0, "the mill needs it");
    drop(mill);
    let is_it = |event: &PluginEvent| {
        let PluginEvent::Failed { error } = event else { return false };
        matches!(&**error, WatchError::Unload { error: UnloadError::StopPanicked { .. } })
    };
    wait(&events, is_it);
    until("both are destroyed", || notes.count("spring dropped") == 1);
    assert_eq!(notes.count("mill stopped"), 1);
}
