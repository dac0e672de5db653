//! Tasks of plugins that are destroyed or replaced.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use plugin_interface::{
    LiveOptions, LoadError, PluginManager, ThreadPool, UnloadError, UnloadOutcome, retained,
};

use crate::executors::{Host, manager, with_each, with_each_of_512_threads};
use crate::parts::{Bench, Journal};
use crate::{Build, DEADLINE, Notes, block_on, until};

/// Waits until the library is unmapped, where this host can do that.
#[track_caller]
fn until_unmapped(manager: &PluginManager, build: &Build) {
    let outcome = || manager.outcome(build.file());
    if matches!(outcome(), Some(UnloadOutcome::Retained { .. })) {
        // It would never be.
        #[cfg(all(target_os = "linux", target_env = "gnu"))]
        panic!("{:?}", outcome());
        #[cfg(not(all(target_os = "linux", target_env = "gnu")))]
        return;
    }
    until("it is unmapped", || outcome() == Some(UnloadOutcome::Unmapped));
}

/// How often a plugin is replaced; `PLUGIN_THOROUGH=1` asks for more.
fn reloads() -> u32 {
    if std::env::var_os("PLUGIN_THOROUGH").is_some() { 20 } else { 5 }
}

/// Closes the plugin. Returns the error, and what is left of the host.
fn close(host: Host) -> (Option<UnloadError>, PluginManager, Arc<Notes>, Build) {
    let Host { manager, handle, bench, notes, build } = host;
    drop(bench);
    (handle.close().err(), manager, notes, build)
}

#[test]
fn a_hundred_sleeping_tasks_are_dropped_and_none_is_polled_after_that() {
    with_each(|executor| {
        let host = Host::new(Arc::clone(&executor), DEADLINE);
        host.bench.spawn("sleep", 100);
        host.notes.until("begun", 100);
        let (error, manager, notes, build) = close(host);
        assert!(error.is_none(), "{error:?}");
        assert_eq!((notes.count("dropped"), notes.count("woke")), (100, 0));
        until_unmapped(&manager, &build);
        // The executor goes on without them.
        let other = Host::new(executor, DEADLINE);
        assert_eq!(block_on(other.bench.run("many")), "4950");
    });
}

#[test]
fn a_task_that_does_not_end_is_named_and_keeps_its_library_until_it_does() {
    for what in ["hang", "block", "hang in drop"] {
        with_each(|executor| {
            let within = Duration::from_millis(50);
            let host = Host::new(executor, within);
            host.bench.spawn(what, 1);
            host.notes.until("begun", 1);
            let (error, manager, notes, build) = close(host);
            let error = error.unwrap_or_else(|| panic!("{what} has not ended: {:?}", notes.all()));
            let UnloadError::TasksOverdue { path, name, tasks, within: had, .. } = &error else {
                panic!("{error}")
            };
            assert_eq!((path, &**name, *had), (&build.file(), "Worker", within));
            assert_eq!(tasks, &[what]);
            let (text, reason) = (error.to_string(), format!("its task `{what}` did not end"));
            assert!(text.contains("stays loaded") && text.contains(what), "{text}");
            let outcome = manager.outcome(build.file()).unwrap().to_string();
            assert!(outcome.contains(&reason), "{outcome}");
            let listed = retained().into_iter().find(|it| it.path == build.file()).unwrap();
            assert!(listed.outcome.to_string().contains(&reason), "{}", listed.outcome);
            notes.open();
            until_unmapped(&manager, &build);
        });
    }
}

#[test]
fn a_blocking_task_that_was_not_called_yet_is_dropped() {
    with_each_of_512_threads(|executor| {
        let host = Host::new(executor, Duration::from_millis(50));
        host.bench.spawn("block", 513);
        host.notes.until("begun", 512);
        let (error, manager, notes, build) = close(host);
        let Some(UnloadError::TasksOverdue { tasks, .. }) = error else { panic!("{error:?}") };
        // Either it was dropped by then or it is among them, on a slow machine.
        assert!(matches!(tasks.len(), 512 | 513), "{}", tasks.len());
        // All others still wait.
        notes.until("dropped", 1);
        notes.open();
        until_unmapped(&manager, &build);
        assert_eq!(notes.count("returned"), 512);
    });
}

#[test]
fn a_drop_that_panics_or_spawns_is_contained() {
    with_each(|executor| {
        let host = Host::new(executor, DEADLINE);
        host.bench.spawn("panic in drop", 2);
        host.bench.spawn("respawn", 2);
        host.notes.until("begun", 4);
        let (error, manager, notes, build) = close(host);
        assert!(error.is_none(), "{error:?}");
        assert_eq!((notes.count("refused"), notes.count("accepted")), (2, 0));
        assert_eq!((notes.count("dropped"), notes.count("ran")), (2, 0));
        until_unmapped(&manager, &build);
    });
}

#[test]
fn a_waker_of_the_plugin_that_the_host_has_keeps_the_library() {
    with_each(|executor| {
        let host = Host::new(executor, DEADLINE);
        host.bench.spawn("leave a sleep", 1);
        let (error, manager, _, build) = close(host);
        assert!(error.is_none(), "{error:?}");
        // Its timer calls the waker later, and drops it.
        until_unmapped(&manager, &build);
    });
}

#[test]
fn a_pool_renews_its_threads_so_that_thread_locals_do_not_wait() {
    let executor = Arc::new(ThreadPool::new(2));
    for _ in 0..3 {
        let host = Host::new(executor.clone(), DEADLINE);
        host.bench.spawn("leave a thread-local", 10);
        host.notes.until("left", 10);
        let (error, manager, _, build) = close(host);
        assert!(error.is_none(), "{error:?}");
        until_unmapped(&manager, &build);
    }
}

#[test]
fn the_tasks_of_a_constructor_that_fails_are_dropped() {
    with_each(|executor| {
        let (notes, build) = (Notes::ordering("spawn and fail"), Build::of("tasked"));
        let mut manager = manager(executor, &notes, DEADLINE);
        let error = manager.load_library(build.file()).unwrap_err();
        assert!(matches!(error, LoadError::Constructor { .. }), "{error}");
        // Those that never ran have nothing to note.
        assert_eq!((notes.count("dropped"), notes.count("woke")), (notes.count("begun"), 0));
        until("it is unmapped", || retained().iter().all(|it| it.path != build.file()));
    });
}

#[test]
fn tasks_end_with_each_version_that_is_replaced_under_load() {
    with_each(|executor| {
        let (notes, build) = (Arc::<Notes>::default(), Build::of("tasked"));
        let options = LiveOptions::new().provide::<dyn Journal>(notes.clone());
        let live = options.provide_executor(executor).open::<dyn Bench>(build.file()).unwrap();
        let is_over = AtomicBool::new(false);
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    while !is_over.load(Ordering::Relaxed) {
                        live.get().spawn("sleep", 1);
                        let task = live.get().run("sum");
                        // The version may be replaced meanwhile.
                        let answer = block_on(task);
                        assert!(["Ok(42)", "Err(Cancelled)"].contains(&&*answer), "{answer}");
                    }
                });
            }
            for _ in 0..reloads() {
                build.renew();
                live.reload().unwrap();
            }
            is_over.store(true, Ordering::Relaxed);
        });
        drop(live);
        until("all are dropped", || notes.count("begun") == notes.count("dropped"));
        until("all are unmapped", || retained().iter().all(|it| it.path != build.file()));
        assert!(notes.count("begun") > 0);
        assert_eq!(notes.count("woke"), 0);
    });
}

#[test]
fn a_pool_that_is_dropped_cancels_what_it_has() {
    let notes = Arc::<Notes>::default();
    let build = Build::of("tasked");
    let mut manager = manager(Arc::new(ThreadPool::new(2)), &notes, DEADLINE);
    let handle = manager.load_library(build.file()).unwrap().remove(0);
    handle.proxy::<dyn Bench>().unwrap().spawn("sleep", 5);
    notes.until("begun", 5);
    // The plugins own the executor together with the manager.
    drop(manager);
    assert_eq!(notes.count("dropped"), 0);
    handle.close().unwrap();
    assert_eq!(notes.count("dropped"), 5);
}
