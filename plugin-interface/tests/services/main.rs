//! Services of a host for its plugins:
//! `cargo build --package plugin-interface --example serving`, then
//! `cargo test --package plugin-interface --test services`.

mod needs;
mod older_tables;
mod site;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use plugin_interface::{
    Greeter, GreeterProxy, LiveOptions, PluginHandle, PluginManager, PluginTrait,
};
use site::{absent, current, older};
use tempfile::TempDir;

/// A service that counts its calls.
struct Blog {
    title: &'static str,
    calls: AtomicUsize,
}

impl Blog {
    fn new(title: &'static str) -> Arc<Self> {
        Arc::new(Blog { title, calls: AtomicUsize::new(0) })
    }

    fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }
}

impl current::Site for Blog {
    fn title(&self) -> String {
        self.calls.fetch_add(1, Ordering::SeqCst);
        assert_ne!(self.title, "broken", "the site is broken");
        self.title.to_owned()
    }

    fn pages(&self) -> u32 {
        12
    }
}

impl older::Site for Blog {
    fn title(&self) -> String {
        current::Site::title(self)
    }
}

struct Nothing;

impl absent::Store for Nothing {
    fn get(&self, _: &str) -> Option<String> {
        None
    }
}

/// The library of `plugin.rs`, which cargo builds beside this test.
fn library() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let examples = test.ancestors().nth(2).unwrap().join("examples");
    examples.join(format!(
        "{}serving{}",
        std::env::consts::DLL_PREFIX,
        std::env::consts::DLL_SUFFIX
    ))
}

/// A directory with that library and no other.
fn directory() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    let to = directory.path().join(library().file_name().unwrap());
    std::fs::copy(library(), to).expect("cargo build --package plugin-interface --example serving");
    directory
}

/// Loads the plugin by a manager.
fn load(manager: &mut PluginManager) -> PluginHandle {
    let mut loaded = manager.load_plugins(directory().path(), PluginTrait::Greeter).unwrap();
    assert!(!loaded.is_empty(), "{:?}", manager.rejected());
    loaded.remove(0)
}

fn proxy(handle: &PluginHandle) -> GreeterProxy {
    handle.as_greeter().unwrap()
}

#[test]
fn a_plugin_calls_a_service_that_it_got_when_it_was_made_or_later() {
    let (mut manager, blog) = (PluginManager::new(), Blog::new("A blog"));
    manager.provide::<dyn current::Site>(blog.clone());
    let plugin = load(&mut manager);
    assert_eq!(proxy(&plugin).greet("made"), "A blog, 12 pages");
    assert_eq!(proxy(&plugin).greet("later"), "A blog");
    assert_eq!(proxy(&plugin).greet("thread"), "A blog");
    assert_eq!(blog.calls(), 3);
}

#[test]
fn what_is_offered_after_the_load_is_there_for_whoever_asks_later() {
    let mut manager = PluginManager::new();
    let plugin = load(&mut manager);
    let nothing = "no service services::Site (version 1.1): the host offers no services";
    assert_eq!(proxy(&plugin).greet("made"), "no site");
    assert_eq!(proxy(&plugin).greet("later"), nothing);
    manager.provide::<dyn current::Site>(Blog::new("First"));
    assert_eq!(proxy(&plugin).greet("later"), "First");
    manager.provide::<dyn current::Site>(Blog::new("Second"));
    assert_eq!(proxy(&plugin).greet("later"), "Second");
    assert_eq!(proxy(&plugin).greet("made"), "no site", "it asked before");
}

#[test]
fn the_latest_service_is_the_one_that_is_offered_and_lives_no_longer() {
    let mut manager = PluginManager::new();
    let plugin = load(&mut manager);
    let latest = || proxy(&plugin).greet("latest");
    let nothing = "no service services::Site (version 1.1): the host offers no services";
    assert_eq!([latest(), latest()], [nothing, nothing]);
    let blogs = ["First", "Second"].map(Blog::new);
    manager.provide::<dyn current::Site>(blogs[0].clone());
    assert_eq!([latest(), latest()], ["First", "First"]);
    assert_eq!(Arc::strong_count(&blogs[0]), 3, "here, in the manager and in the plugin");
    // As what any type can be.
    let second: Arc<dyn current::Site> = blogs[1].clone();
    manager.provide::<dyn current::Site>(second);
    assert_eq!([latest(), latest()], ["Second", "Second"]);
    assert_eq!(Arc::strong_count(&blogs[0]), 1);
    // The manager of somebody else counts as well, and offers this one nothing.
    PluginManager::new().provide::<dyn current::Site>(Blog::new("Another"));
    assert_eq!(latest(), "Second");
    drop((plugin, manager));
    assert_eq!(blogs.map(|blog| Arc::strong_count(&blog)), [1, 1]);
}

#[test]
fn a_service_that_is_replaced_stays_with_those_who_have_it() {
    let mut manager = PluginManager::new();
    let first = Blog::new("First");
    manager.provide::<dyn current::Site>(first.clone());
    let plugin = load(&mut manager);
    manager.provide::<dyn current::Site>(Blog::new("Second"));
    assert_eq!(Arc::strong_count(&first), 2, "here and in the plugin");
    assert_eq!(proxy(&plugin).greet("made"), "First, 12 pages");
    drop(plugin);
    assert_eq!(Arc::strong_count(&first), 1);
}

#[test]
fn compatible_versions_of_an_interface_serve_each_other() {
    let mut manager = PluginManager::new();
    manager.provide::<dyn current::Site>(Blog::new("A blog"));
    let plugin = load(&mut manager);
    assert_eq!(proxy(&plugin).greet("older"), "A blog");
    // The plugin has the default body of what the host lacks.
    assert_eq!(proxy(&plugin).greet("newer"), "A blog, 12 pages, unknown");

    let mut manager = PluginManager::new();
    manager.provide::<dyn older::Site>(Blog::new("An old one"));
    let plugin = load(&mut manager);
    assert_eq!(proxy(&plugin).greet("made"), "An old one, 1 pages");
    assert_eq!(proxy(&plugin).greet("newer"), "An old one, 1 pages, unknown");
}

#[test]
fn an_incompatible_version_is_refused_with_both_sides() {
    let mut manager = PluginManager::new();
    manager.provide::<dyn current::Site>(Blog::new("A blog"));
    let plugin = load(&mut manager);
    let changed = proxy(&plugin).greet("changed");
    for expected in [
        "no service services::Site (version 1.1): the interface services::Site is not the same",
        "host   fn title(&self) -> String",
        "plugin fn title(&self) -> Vec<u8>",
    ] {
        assert!(changed.contains(expected), "{changed}");
    }
    let major = proxy(&plugin).greet("major");
    assert!(major.contains("host (version 1.1) and plugin (version 2.0)"), "{major}");
}

#[test]
fn an_interface_that_is_not_offered_is_named_with_those_that_are() {
    let mut manager = PluginManager::new();
    manager.provide::<dyn current::Site>(Blog::new("A blog"));
    let plugin = load(&mut manager);
    assert_eq!(
        proxy(&plugin).greet("absent"),
        "no service services::Store (version 1.0): the host offers services::Site (version 1.1)"
    );
    manager.provide::<dyn absent::Store>(Arc::new(Nothing));
    assert_eq!(proxy(&plugin).greet("absent"), "None");
}

#[test]
fn a_constructor_that_returns_the_error_is_rejected_with_it() {
    let mut manager = PluginManager::new();
    let directory = directory();
    assert_eq!(manager.load_plugins(directory.path(), PluginTrait::Greeter).unwrap().len(), 1);
    let mut errors = manager.rejected().iter().map(|rejected| rejected.error.to_string());
    let text = errors.find(|text| text.contains("Strict")).unwrap();
    let reason = "no service services::Site (version 1.1): the host offers no services";
    assert!(text.contains(reason), "{text}");
}

#[test]
fn the_service_is_dropped_with_its_plugin_and_not_called_after() {
    let blog = Blog::new("A blog");
    for _ in 0..10 {
        let mut manager = PluginManager::new();
        manager.provide::<dyn current::Site>(blog.clone());
        let plugin = load(&mut manager);
        // That of the other plugin was dropped with it.
        assert_eq!(Arc::strong_count(&blog), 3, "here, in the manager and in the plugin");
        assert_eq!(proxy(&plugin).greet("later"), "A blog");
        assert_eq!(Arc::strong_count(&blog), 3, "asked for, called and dropped");
        // The plugin is still offered what its manager offered.
        drop(manager);
        assert_eq!(proxy(&plugin).greet("later"), "A blog");
        plugin.close().unwrap();
        assert_eq!(Arc::strong_count(&blog), 1);
    }
    assert_eq!(blog.calls(), 20);
}

#[test]
fn a_panic_of_a_service_is_the_panic_of_the_call() {
    let mut manager = PluginManager::new();
    manager.provide::<dyn current::Site>(Blog::new("broken"));
    let plugin = load(&mut manager);
    let greeter = proxy(&plugin);
    let error = GreeterProxy::checked(&greeter).greet("later").unwrap_err().to_string();
    assert!(error.contains("the site is broken"), "{error}");
    assert_eq!(greeter.name(), "asker");
}

#[test]
fn each_version_of_a_live_is_offered_the_services_of_its_options() {
    let (directory, blog) = (directory(), Blog::new("A blog"));
    let file = directory.path().join(library().file_name().unwrap());
    let options = LiveOptions::new().registration("Asker");
    let offering = options.clone().provide::<dyn current::Site>(blog.clone());
    let live = offering.open::<dyn Greeter>(&file).unwrap();
    assert_eq!(live.get().greet("made"), "A blog, 12 pages");
    let other = options.open::<dyn Greeter>(&file).unwrap();
    assert_eq!(other.get().greet("made"), "no site");
    assert!(other.get().greet("later").ends_with("the host offers no services"));
}

#[test]
fn services_are_replaced_while_many_threads_ask() {
    let mut manager = PluginManager::new();
    let blogs = [Blog::new("First"), Blog::new("Second")];
    manager.provide::<dyn current::Site>(blogs[0].clone());
    let plugin = load(&mut manager);
    let greeter = proxy(&plugin);
    thread::scope(|scope| {
        let ask = || {
            for number in 0..200 {
                let title = greeter.greet(["later", "latest"][number % 2]);
                assert!(["First", "Second"].contains(&&*title), "{title}");
            }
        };
        let asking = [(); 4].map(|()| scope.spawn(ask));
        let mut next = blogs.iter().cycle();
        while !asking.iter().all(|thread| thread.is_finished()) {
            manager.provide::<dyn current::Site>(Arc::clone(next.next().unwrap()));
        }
    });
    drop((greeter, plugin, manager));
    assert_eq!(blogs.map(|blog| Arc::strong_count(&blog)), [1, 1]);
}
