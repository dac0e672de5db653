//! A plugin with logs, tasks and timers, which is replaced while it is in use:
//! `cargo build --package plugin-interface --features log,smol,tokio --example busy`, then
//! `cargo test --package plugin-interface --features log,smol,tokio --test busy`.
//! With the feature `process` and its example `worker`, it runs in another process too.
//!
//! It is replaced 5 times for each executor, 20 times with `PLUGIN_THOROUGH=1`, and 500
//! times with `PLUGIN_SOAK=1`.

#[path = "../bodies/build.rs"]
mod build;
mod compilers;
mod isolated;
#[cfg(target_os = "linux")]
mod memory;
mod parts;
#[path = "../bodies/polling.rs"]
mod polling;
#[cfg(feature = "smol")]
#[path = "../bodies/smol_threads.rs"]
mod smol_threads;
#[path = "../bodies/waiting.rs"]
mod waiting;
mod watched;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use build::Build;
use parts::{Busy, Watcher};
use plugin_interface::{Executor, LiveOptions, ReloadOutcome, ThreadPool, retained};
use polling::block_on;
use waiting::until;
use watched::Watched;

/// The threads that call.
const CALLERS: u64 = 3;

/// How often the plugin is replaced for each executor.
fn reloads() -> u32 {
    let is_set = |name: &str| std::env::var_os(name).is_some();
    match (is_set("PLUGIN_SOAK"), is_set("PLUGIN_THOROUGH")) {
        (true, _) => 500,
        (false, true) => 20,
        (false, false) => 5,
    }
}

/// Waits for the records of one test at a time: the logger belongs to the process.
fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Replaces the plugin so many times while it is called. Nothing of it may be lost or
/// run late.
fn replace_under_load(library: &Path, executor: Arc<dyn Executor>, reloads: u32) {
    let _turn = turn();
    let (watched, build) = (Arc::<Watched>::default(), Build::of_file(library));
    watched::start_log();
    let options = LiveOptions::new().provide::<dyn Watcher>(watched.clone());
    let live = options.provide_executor(executor).open::<dyn Busy>(build.file()).unwrap();
    let (is_over, requests) = (AtomicBool::new(false), AtomicU64::new(0));
    #[cfg(target_os = "linux")]
    let mut memory = memory::Growth::default();
    thread::scope(|scope| {
        for _ in 0..CALLERS {
            scope.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    let request = requests.fetch_add(2, Ordering::Relaxed);
                    assert_eq!(live.get().work(request), request + 1);
                    let later = live.get().later(request + 1);
                    let answer = block_on(later);
                    // Its version may be replaced meanwhile.
                    assert!(answer.is_none_or(|answer| answer == request + 2), "{answer:?}");
                }
            });
        }
        for number in 0..reloads {
            build.renew();
            let outcome = live.reload().unwrap();
            assert!(matches!(outcome, ReloadOutcome::Replaced { .. }), "{outcome:?}");
            // Until the new one has done something.
            let served = requests.load(Ordering::Relaxed) + 4 * CALLERS;
            until("calls go on", || requests.load(Ordering::Relaxed) > served);
            #[cfg(target_os = "linux")]
            memory.note(number, reloads);
            let _ = number;
        }
        is_over.store(true, Ordering::Relaxed);
    });
    drop(live);
    until("all are destroyed", || watched.alive() == 0);
    until("all are unmapped", || retained().iter().all(|it| it.path != build.file()));
    #[cfg(target_os = "linux")]
    {
        until("no page of one is mapped", || memory::mapped(&build) == 0);
        memory.check(reloads);
    }
    watched.check(u64::from(reloads) + 1, requests.load(Ordering::Relaxed));
}

/// The executors, each with a name.
fn executors() -> Vec<(&'static str, Arc<dyn Executor>)> {
    #[allow(unused_mut, reason = "of the feature")]
    let mut all: Vec<(_, Arc<dyn Executor>)> = vec![
        ("one thread", Arc::new(ThreadPool::new(1))),
        ("threads", Arc::new(ThreadPool::new(3))),
    ];
    #[cfg(feature = "tokio")]
    {
        static RUNTIME: std::sync::OnceLock<tokio::runtime::Runtime> = std::sync::OnceLock::new();
        let runtime = RUNTIME.get_or_init(|| {
            tokio::runtime::Builder::new_multi_thread().enable_time().build().unwrap()
        });
        all.push(("tokio", Arc::new(runtime.handle().clone())));
    }
    #[cfg(feature = "smol")]
    {
        static THREADS: std::sync::OnceLock<smol_threads::SmolThreads> = std::sync::OnceLock::new();
        let threads = THREADS.get_or_init(|| smol_threads::SmolThreads::new(2));
        all.push(("smol", threads.executor.clone()));
    }
    all
}

#[test]
fn nothing_is_lost_or_late_and_memory_stays_flat() {
    for (name, executor) in executors() {
        println!("{name}");
        replace_under_load(&build::library("busy"), executor, reloads());
    }
}

#[test]
fn a_few_versions_come_and_go() {
    // A test under valgrind says which.
    let library = std::env::var_os("PLUGIN_BUSY").map(PathBuf::from);
    let library = library.unwrap_or_else(|| build::library("busy"));
    replace_under_load(&library, Arc::new(ThreadPool::new(2)), 3);
}

#[cfg(target_os = "linux")]
#[test]
fn valgrind_finds_no_error_when_versions_come_and_go() {
    compilers::under_valgrind(&build::library("busy"));
}
