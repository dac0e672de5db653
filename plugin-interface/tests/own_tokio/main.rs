//! A plugin with a runtime of tokio of its own, in hosts with one of theirs:
//! `cargo build --package plugin-interface --features tokio --example own_tokio`, then
//! `cargo test --package plugin-interface --features tokio --test own_tokio`.

#[path = "../bodies/build.rs"]
mod build;
mod parts;
#[path = "../bodies/waiting.rs"]
mod waiting;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use plugin_interface::{
    CallError, CheckedFuture, LiveOptions, PluginHandle, PluginManager, UnloadOutcome, retained,
};
use tokio::runtime::{Builder, Runtime};

use build::Build;
use parts::{Journal, Later, LaterProxy};
use waiting::until;

#[derive(Default)]
struct Notes(Mutex<BTreeMap<String, usize>>);

impl Notes {
    fn count(&self, line: &str) -> usize {
        self.0.lock().unwrap().get(line).copied().unwrap_or_default()
    }
}

impl Journal for Notes {
    fn note(&self, line: &str) {
        *self.0.lock().unwrap().entry(line.to_owned()).or_default() += 1;
    }
}

struct Host {
    manager: PluginManager,
    handle: PluginHandle,
    plugin: Arc<LaterProxy>,
    notes: Arc<Notes>,
    build: Build,
}

impl Host {
    fn new() -> Self {
        let (notes, build) = (Arc::<Notes>::default(), Build::of("own_tokio"));
        let mut manager = PluginManager::new();
        manager.provide::<dyn Journal>(notes.clone());
        let handle = manager.load_library(build.file()).unwrap().remove(0);
        let plugin = Arc::new(handle.proxy::<dyn Later>().unwrap());
        Host { manager, handle, plugin, notes, build }
    }

    /// Closes the plugin, and waits until it is unmapped, where this host can do that.
    #[track_caller]
    fn close(self) {
        drop(self.plugin);
        assert_eq!(self.handle.close().unwrap(), Some(1));
        let outcome = || self.manager.outcome(self.build.file());
        if cfg!(all(target_os = "linux", target_env = "gnu")) {
            until("it is unmapped", || outcome() == Some(UnloadOutcome::Unmapped));
        }
    }
}

/// A host with a runtime, as under `#[tokio::main]`, whose threads outlive the plugin.
fn runtime() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

#[test]
fn futures_of_a_plugin_find_its_own_runtime_and_the_host_stays_clean() {
    let runtime = runtime();
    // Each starts a runtime again.
    for _ in 0..3 {
        let host = Host::new();
        runtime.block_on(async {
            assert_eq!(host.plugin.shout("hello").await, "HELLO!");
            assert_eq!(host.plugin.whisper("HELLO").await, "hello");
            let many: Vec<_> = (0..50)
                .map(|number| {
                    let plugin = Arc::clone(&host.plugin);
                    tokio::spawn(async move { plugin.shout(&format!("n{number}")).await })
                })
                .collect();
            for (number, task) in many.into_iter().enumerate() {
                assert_eq!(task.await.unwrap(), format!("N{number}!"));
            }
        });
        assert_eq!(host.notes.count("shouted"), 51);
        host.close();
    }
}

#[test]
fn what_a_plugin_spawned_ends_before_it_is_unmapped() {
    let runtime = runtime();
    let host = Host::new();
    runtime.block_on(host.plugin.begin(20));
    host.plugin.begin_now(20);
    until("they began", || host.notes.count("begun") == 40);
    let notes = Arc::clone(&host.notes);
    host.close();
    assert_eq!(notes.count("dropped"), 40);
}

#[test]
fn a_future_that_is_dropped_halfway_drops_what_it_has() {
    let runtime = runtime();
    let host = Host::new();
    runtime.block_on(async {
        let plugin = Arc::clone(&host.plugin);
        let task = tokio::spawn(async move { plugin.wait().await });
        while host.notes.count("waits") == 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(host.notes.count("dropped"), 0);
        task.abort();
        assert!(task.await.unwrap_err().is_cancelled());
    });
    assert_eq!(host.notes.count("dropped"), 1);
    host.close();
}

#[test]
fn a_panic_is_that_of_the_call_with_its_place() {
    let runtime = runtime();
    let host = Host::new();
    let error = runtime.block_on(CheckedFuture::new(host.plugin.fail())).unwrap_err();
    let CallError::Panicked { message, location, .. } = &error else { panic!("{error}") };
    assert_eq!(message, "it broke");
    let location = location.as_ref().expect("its place is known");
    assert!(location.file.ends_with("plugin.rs"), "{location:?}");
    assert_eq!(runtime.block_on(host.plugin.shout("on")), "ON!");
    host.close();
}

#[test]
fn a_future_that_finds_no_runtime_says_what_to_write() {
    let host = Host::new();
    // The tokio of the plugin keeps a variable on the thread that polls it.
    let polled = || runtime().block_on(CheckedFuture::new(host.plugin.oversee()));
    let error = thread::scope(|scope| scope.spawn(polled).join().unwrap()).unwrap_err();
    let text = error.to_string();
    assert!(text.contains("there is no reactor running"), "{text}");
    for word in ["runtime = tokio", "in_tokio(..)"] {
        assert!(text.contains(word), "{text}");
    }
    host.close();
}

#[test]
fn a_plugin_that_never_needed_the_runtime_has_none() {
    let host = Host::new();
    host.close();
}

#[test]
fn versions_are_replaced_while_their_futures_run() {
    let runtime = runtime();
    let (notes, build) = (Arc::<Notes>::default(), Build::of("own_tokio"));
    let options = LiveOptions::new().provide::<dyn Journal>(notes.clone());
    let live = options.open::<dyn Later>(build.file()).unwrap();
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                runtime.block_on(async {
                    while !is_over.load(Ordering::Relaxed) {
                        let version = live.get();
                        version.begin(1).await;
                        assert_eq!(version.shout("a").await, "A!");
                    }
                });
            });
        }
        for _ in 0..10 {
            build.renew();
            live.reload().unwrap();
        }
        is_over.store(true, Ordering::Relaxed);
    });
    drop(live);
    until("all were dropped", || notes.count("begun") == notes.count("dropped"));
    assert!(notes.count("begun") > 0);
    if cfg!(all(target_os = "linux", target_env = "gnu")) {
        until("all are unmapped", || retained().iter().all(|it| it.path != build.file()));
    }
}
