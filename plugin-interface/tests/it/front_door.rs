//! All plugins of a directory, by one object that all threads use.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use plugin_interface::{
    Greeter, LoadError, LoadPolicy, Plugin, Plugins, PluginsOptions, WatchError,
};

use crate::deadline::deadline;
use crate::fixtures::{Directory, fixture, is_mapped};
use crate::numbered_builds::replace;

fn names(plugins: &Plugins<dyn Greeter>) -> Vec<String> {
    plugins.all().iter().map(|plugin| Plugin::name(plugin).to_owned()).collect()
}

/// Waits until a condition holds.
#[track_caller]
fn wait(what: &str, plugins: &Plugins<dyn Greeter>, is_so: impl Fn() -> bool) {
    let end = Instant::now() + deadline();
    while !is_so() {
        assert!(Instant::now() < end, "waited for this: {what}; there is {plugins:?}");
        thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn it_can_be_used_by_all_threads() {
    fn is_shared<T: Send + Sync + Clone>() {}
    is_shared::<Plugins<dyn Greeter>>();
    is_shared::<Plugin<dyn Greeter>>();
}

#[test]
fn it_has_all_plugins_of_a_directory_and_names_what_it_rejects() {
    let directory = Directory::of(&["healthy", "stateful", "strict"]);
    let text = directory.write("text", b"hello");
    let plugins = Plugins::<dyn Greeter>::open(directory.path()).unwrap();
    let loaded: Vec<_> = plugins
        .all()
        .iter()
        .map(|it| (Plugin::package(it).to_owned(), Plugin::name(it).to_owned()))
        .collect();
    let expected = [("healthy", "OtherTwin"), ("healthy", "Twin"), ("stateful", "Counting")];
    for (package, name) in expected {
        assert!(loaded.contains(&(package.to_owned(), name.to_owned())), "{loaded:?}");
    }
    assert!(loaded.is_sorted_by_key(|(package, _)| package.clone()), "{loaded:?}");
    assert!(plugins.get("Counting").unwrap().greet("7") == "7" && plugins.get("none").is_none());
    let rejected = plugins.rejected();
    let is_text =
        |error: &WatchError| matches!(error, WatchError::Load { path, .. } if *path == text);
    assert!(rejected.iter().any(|error| is_text(error)), "{rejected:?}");
    fs::remove_file(&text).unwrap();
    assert!(!plugins.rejected().iter().any(|error| is_text(error)));
}

#[test]
fn plugins_are_added_replaced_with_their_state_and_removed() {
    let directory = Directory::new();
    let plugins = Plugins::<dyn Greeter>::open(directory.path()).unwrap();
    assert_eq!(names(&plugins), [""; 0]);
    let path = directory.library("front_door_stateful");
    replace(&path, &fs::read(fixture("stateful")).unwrap());
    wait("a new file is found", &plugins, || plugins.get("Counting").is_some());
    let old = plugins.get("Counting").unwrap();
    old.greet("41");
    let before = plugins.changes();
    replace(&path, &fs::read(fixture("stateful_next")).unwrap());
    let is_next = || plugins.get("Counting").is_some_and(|it| it.name() == "VERSION 2");
    wait("it is replaced", &plugins, is_next);
    let new = plugins.get("Counting").unwrap();
    assert_eq!((new.greet("?"), Plugin::generation(&new)), ("41".to_owned(), 2));
    assert!(plugins.changes() > before);
    assert_eq!((old.name(), Plugin::generation(&old)), ("VERSION 1", 1), "it stays while in use");
    // A version that cannot be loaded changes nothing.
    replace(&path, b"no library");
    wait("the error is there", &plugins, || !plugins.rejected().is_empty());
    assert!(is_next());
    fs::remove_file(&path).unwrap();
    wait("it is removed", &plugins, || names(&plugins).is_empty());
    assert_eq!(new.greet("?"), "41", "what is in use stays");
    drop((old, new));
    wait("both are unmapped", &plugins, || !is_mapped("front_door_stateful"));
    // It comes back as the first one.
    replace(&path, &fs::read(fixture("stateful")).unwrap());
    wait("it comes back", &plugins, || plugins.get("Counting").is_some());
    fs::remove_file(&path).unwrap();
    wait("it is removed again", &plugins, || names(&plugins).is_empty());
}

#[test]
fn a_replaced_plugin_that_is_removed_is_gone() {
    let directory = Directory::of(&["stateful"]);
    let path = directory.library("stateful");
    let plugins = Plugins::<dyn Greeter>::open(directory.path()).unwrap();
    for (next, version) in
        [("stateful_next", "VERSION 2"), ("stateful", "VERSION 1"), ("stateful_next", "VERSION 2")]
    {
        replace(&path, &fs::read(fixture(next)).unwrap());
        wait(version, &plugins, || plugins.get("Counting").is_some_and(|it| it.name() == version));
    }
    fs::remove_file(&path).unwrap();
    wait("it is removed", &plugins, || names(&plugins).is_empty());
}

#[test]
fn the_last_handle_ends_the_watch_and_what_is_in_use_stays() {
    let directory = Directory::new();
    directory.add("stateful", "front_door_last");
    let plugins = Plugins::<dyn Greeter>::open(directory.path()).unwrap();
    let another = plugins.clone();
    drop(plugins);
    let counting = another.get("Counting").unwrap();
    let (greeting, end) = (counting.greet("5"), Instant::now() + deadline());
    drop(another);
    assert_eq!((counting.greet("?"), greeting), ("5".to_owned(), "5".to_owned()));
    drop(counting);
    while is_mapped("front_door_last") {
        assert!(Instant::now() < end, "waited until the library is unmapped");
        thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn calls_go_on_while_a_plugin_is_replaced_again_and_again() {
    let directory = Directory::of(&["stateful"]);
    let path = directory.library("stateful");
    let plugins = Plugins::<dyn Greeter>::open(directory.path()).unwrap();
    let builds = ["stateful_next", "stateful"].map(|name| fs::read(fixture(name)).unwrap());
    plugins.get("Counting").unwrap().greet("3");
    thread::scope(|scope| {
        let calls: Vec<_> = (0..3)
            .map(|_| {
                let plugins = plugins.clone();
                scope.spawn(move || {
                    let mut calls = 0_u64;
                    while Plugin::generation(&plugins.get("Counting").unwrap()) < 20 {
                        for plugin in plugins.all() {
                            assert_eq!(plugin.greet("?"), "3");
                            calls += 1;
                        }
                    }
                    calls
                })
            })
            .collect();
        for round in 0..19 {
            replace(&path, &builds[round % 2]);
            let generation = round as u64 + 2;
            wait("the next version", &plugins, || {
                plugins.get("Counting").is_some_and(|it| Plugin::generation(&it) == generation)
            });
        }
        assert!(calls.into_iter().map(|it| it.join().unwrap()).sum::<u64>() > 0);
    });
}

#[test]
fn a_missing_directory_is_an_error() {
    let missing = Directory::new().path().join("missing");
    let error = Plugins::<dyn Greeter>::open(&missing).unwrap_err();
    assert!(matches!(&error, LoadError::DirectoryMissing { path } if *path == missing));
    let policy = LoadPolicy::new().deny("healthy");
    let directory = Directory::of(&["healthy"]);
    let options = PluginsOptions::new().policy(policy).polling(Duration::from_millis(5));
    let plugins = options.open::<dyn Greeter>(directory.path()).unwrap();
    assert_eq!(names(&plugins), [""; 0]);
    assert!(plugins.rejected()[0].to_string().contains("the policy denies"));
    assert_eq!(plugins.directory(), Path::new(directory.path()));
}
