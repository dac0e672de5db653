//! All plugins of a directory, by one object that all threads use.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use plugin_interface::{
    ConfigurationError, Events, Greeter, LoadError, LoadPolicy, Plugin, PluginCounts, PluginEvent,
    Plugins, PluginsOptions, WatchError,
};

use crate::deadline::{until, within};
use crate::fixtures::{Directory, fixture, is_mapped};
use crate::numbered_builds::replace;

fn names(plugins: &Plugins<dyn Greeter>) -> Vec<String> {
    plugins.all().iter().map(|plugin| Plugin::name(plugin).to_owned()).collect()
}

/// Waits for the next event that is not the end of a version.
fn next(events: &Events<PluginEvent>) -> PluginEvent {
    let is_end = |event: &PluginEvent| matches!(event, PluginEvent::Unloaded { .. });
    let next = || events.clone().find(|event| !is_end(event));
    within("the next event", next).expect("the plugins are open")
}

/// What an event says of the file that it names.
fn described(event: &PluginEvent, path: &Path) -> String {
    event.to_string().replace(&path.display().to_string(), "FILE")
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
    let is_text =
        |error: &WatchError| matches!(error, WatchError::Load { path, .. } if *path == text);
    until("the text is rejected, once it is quiet", || {
        plugins.rejected().iter().any(|error| is_text(error))
    });
    fs::remove_file(&text).unwrap();
    assert!(!plugins.rejected().iter().any(|error| is_text(error)));
}

#[test]
fn plugins_are_added_replaced_with_their_state_and_removed() {
    let directory = Directory::new();
    let plugins = Plugins::<dyn Greeter>::open(directory.path()).unwrap();
    let events = plugins.events();
    assert_eq!(names(&plugins), [""; 0]);
    let path = directory.library("front_door_stateful");
    replace(&path, &fs::read(fixture("stateful")).unwrap());
    assert_eq!(described(&next(&events), &path), "loaded FILE: Counting");
    let old = plugins.get("Counting").unwrap();
    old.greet("41");
    replace(&path, &fs::read(fixture("stateful_next")).unwrap());
    assert_eq!(described(&next(&events), &path), "replaced FILE by version 2: Counting");
    let new = plugins.get("Counting").unwrap();
    assert_eq!((new.name(), &*new.greet("?"), Plugin::generation(&new)), ("VERSION 2", "41", 2));
    assert_eq!((old.name(), Plugin::generation(&old)), ("VERSION 1", 1), "it stays while in use");
    // A version that cannot be loaded changes nothing.
    replace(&path, b"no library");
    let PluginEvent::Failed { error } = next(&events) else { panic!("{events:?}") };
    assert!(matches!(&*error, WatchError::Load { serving: true, .. }), "{error}");
    assert_eq!(plugins.rejected().len(), 1);
    assert_eq!(plugins.get("Counting").unwrap().name(), "VERSION 2");
    fs::remove_file(&path).unwrap();
    assert_eq!(described(&next(&events), &path), "removed FILE: Counting");
    assert_eq!((names(&plugins), plugins.rejected().len()), (Vec::new(), 0));
    assert_eq!(new.greet("?"), "41", "what is in use stays");
    drop((old, new));
    until("both are unmapped", || !is_mapped("front_door_stateful"));
    // It comes back as the first one.
    replace(&path, &fs::read(fixture("stateful")).unwrap());
    assert_eq!(described(&next(&events), &path), "loaded FILE: Counting");
    assert_eq!(Plugin::generation(&plugins.get("Counting").unwrap()), 1);
    assert!(plugins.close(Duration::MAX));
    let is_end = |event: PluginEvent| matches!(event, PluginEvent::Unloaded { .. });
    assert!(names(&plugins).is_empty() && events.clone().all(is_end), "the events end");
    assert!(!is_mapped("front_door_stateful"), "close waits until libraries are closed");
    let PluginCounts { loaded, closed, destroyed, .. } = plugins.counts();
    assert_eq!((loaded, closed, destroyed), (3, 3, 3));
}

#[test]
fn a_library_counts_as_closed_when_nobody_uses_it() {
    let directory = Directory::of(&["healthy"]);
    let plugins = Plugins::<dyn Greeter>::open(directory.path()).unwrap();
    let counts = || {
        let PluginCounts { loaded, closed, destroyed, .. } = plugins.counts();
        (loaded, closed, destroyed)
    };
    let number = plugins.all().len() as u64;
    assert_eq!((number, counts()), (2, (1, 0, 0)), "it is one library");
    let last = plugins.all().pop();
    assert!(plugins.close(Duration::MAX), "it does not wait for what is in use");
    assert_eq!(counts(), (1, 0, 0));
    drop(last);
    until("the library is closed", || counts() == (1, 1, number));
}

#[test]
fn a_state_that_is_refused_leaves_the_plugin() {
    let directory = Directory::of(&["stateful"]);
    let path = directory.library("stateful");
    let plugins = Plugins::<dyn Greeter>::open(directory.path()).unwrap();
    let events = plugins.events();
    next(&events);
    plugins.get("Counting").unwrap().greet("14");
    replace(&path, &fs::read(fixture("stateful_next")).unwrap());
    let failed = described(&next(&events), &path);
    assert!(failed.contains("fourteen is too much"), "{failed}");
    assert_eq!(plugins.get("Counting").unwrap().name(), "VERSION 1");
}

#[test]
fn a_replaced_plugin_that_is_removed_is_gone() {
    let directory = Directory::of(&["stateful"]);
    let path = directory.library("stateful");
    let plugins = Plugins::<dyn Greeter>::open(directory.path()).unwrap();
    let events = plugins.events();
    next(&events);
    for (next_build, version) in
        [("stateful_next", "VERSION 2"), ("stateful", "VERSION 1"), ("stateful_next", "VERSION 2")]
    {
        replace(&path, &fs::read(fixture(next_build)).unwrap());
        assert!(matches!(next(&events), PluginEvent::Replaced { .. }));
        assert_eq!(plugins.get("Counting").unwrap().name(), version);
    }
    fs::remove_file(&path).unwrap();
    assert!(matches!(next(&events), PluginEvent::Removed { .. }));
    assert_eq!(names(&plugins), [""; 0]);
}

#[test]
fn the_last_handle_ends_the_watch_and_what_is_in_use_stays() {
    let directory = Directory::new();
    directory.add("stateful", "front_door_last");
    let plugins = Plugins::<dyn Greeter>::open(directory.path()).unwrap();
    let (another, events) = (plugins.clone(), plugins.events());
    drop(plugins);
    let counting = another.get("Counting").unwrap();
    let greeting = counting.greet("5");
    drop(another);
    assert_eq!((counting.greet("?"), greeting), ("5".to_owned(), "5".to_owned()));
    within("the events end", || events.for_each(drop));
    assert!(is_mapped("front_door_last"));
    drop(counting);
    until("the library is unmapped", || !is_mapped("front_door_last"));
}

/// A service whose drop panics.
struct Stubborn;

impl Greeter for Stubborn {
    fn name(&self) -> &str {
        "stubborn"
    }

    fn greet(&self, _: &str) -> String {
        String::new()
    }
}

impl Drop for Stubborn {
    fn drop(&mut self) {
        panic!("a panic in the drop of a service, for the test");
    }
}

#[test]
fn the_events_end_though_the_thread_ends_by_a_panic() {
    let directory = Directory::new();
    let options = PluginsOptions::new().provide::<dyn Greeter>(Arc::new(Stubborn));
    let plugins = options.open::<dyn Greeter>(directory.path()).unwrap();
    let events = plugins.events();
    // The thread is the last that has the service.
    drop(plugins);
    within("the events end", || events.for_each(drop));
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
            until("the next version", || {
                plugins.get("Counting").is_some_and(|it| Plugin::generation(&it) == generation)
            });
        }
        assert!(calls.into_iter().map(|it| it.join().unwrap()).sum::<u64>() > 0);
    });
}

#[test]
fn the_configuration_of_the_directory_is_read() {
    let directory = Directory::of(&["healthy", "stateful"]);
    let file = directory.path().join("plugins.toml");
    let packages = || {
        let plugins = Plugins::<dyn Greeter>::open(directory.path()).unwrap();
        let mut packages: Vec<_> =
            plugins.all().iter().map(|plugin| Plugin::package(plugin).to_owned()).collect();
        packages.dedup();
        (packages, plugins)
    };
    fs::write(&file, "order = [\"stateful\", \"healthy\"]\n").unwrap();
    assert_eq!(packages().0, ["stateful", "healthy"]);
    fs::write(&file, "\nplugins.healthy.enabled = false\n").unwrap();
    let (enabled, plugins) = packages();
    assert_eq!(enabled, ["stateful"]);
    let disabled = |error: &WatchError| error.to_string().contains("plugins.toml:2 disables");
    assert!(plugins.rejected().iter().any(|error| disabled(error)), "{:?}", plugins.rejected());
    // A mistake in it is an error of the whole.
    fs::write(&file, "odrer = []\n").unwrap();
    let error = Plugins::<dyn Greeter>::open(directory.path()).unwrap_err();
    let LoadError::Configuration(mistake) = &error else { panic!("{error}") };
    assert!(matches!(mistake, ConfigurationError::UnknownKey { line: 1, .. }), "{mistake}");
    // The host may bring one of its own.
    let own = plugin_interface::Configuration::parse("own", b"").unwrap();
    let options = PluginsOptions::new().policy(LoadPolicy::new().configuration(own));
    let plugins = options.open::<dyn Greeter>(directory.path()).unwrap();
    assert!(plugins.get("Twin").is_some());
}

#[test]
fn a_directory_that_goes_is_reported_and_waited_for() {
    let outer = Directory::new();
    let inner = outer.path().join("plugins");
    fs::create_dir(&inner).unwrap();
    fs::copy(fixture("stateful"), inner.join("libstateful.so")).unwrap();
    let plugins = Plugins::<dyn Greeter>::open(&inner).unwrap();
    assert_eq!(names(&plugins), ["Counting"]);
    fs::remove_dir_all(&inner).unwrap();
    let is_missing = |error: &WatchError| matches!(error, WatchError::Directory { .. });
    until("the directory is missed", || plugins.rejected().iter().any(|error| is_missing(error)));
    until("its plugin is removed", || names(&plugins).is_empty());
    fs::create_dir(&inner).unwrap();
    fs::copy(fixture("stateful"), inner.join("libstateful.so")).unwrap();
    until("it comes back", || names(&plugins) == ["Counting"]);
    assert!(!plugins.rejected().iter().any(|error| is_missing(error)));
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

#[test]
fn a_file_is_asked_whether_it_fits_before_it_is_opened() {
    let directory = Directory::of(&["stateful"]);
    let metadata = Plugins::<dyn Greeter>::fits(directory.library("stateful")).unwrap();
    assert_eq!(metadata.package.name, "stateful");
    let other = Plugins::<dyn unknown::Unknown>::fits(directory.library("stateful"));
    assert!(matches!(other, Err(LoadError::OtherInterface { .. })), "{other:?}");
    let denying = PluginsOptions::new().policy(LoadPolicy::new().deny("stateful"));
    let denied = denying.fits::<dyn Greeter>(directory.library("stateful"));
    assert!(matches!(denied, Err(LoadError::Denied { .. })), "{denied:?}");
    let text = directory.write("text", b"hello");
    assert!(Plugins::<dyn Greeter>::fits(&text).is_err());
    assert!(!is_mapped(&directory.path().display().to_string()));
}

mod unknown {
    /// An interface that no fixture has.
    #[plugin_interface::plugin_interface]
    pub(crate) trait Unknown: Send + Sync {
        fn ask(&self) -> bool;
    }
}
