//! The plugin in a process of its own.
#![cfg(all(target_os = "linux", feature = "process"))]

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use plugin_interface::process::Worker;
use plugin_interface::{PluginManager, ThreadPool};

use crate::parts::{Busy, Watcher};
use crate::watched::{self, Watched};
use crate::{block_on, build, turn, until};

/// The program of the workers, which cargo builds beside this test, or as
/// `cargo build --features process,tasks --example worker` does.
fn worker() -> Worker {
    let test = std::env::current_exe().unwrap();
    Worker::new(test.ancestors().nth(2).unwrap().join("examples/worker"))
}

fn library() -> PathBuf {
    build::library("busy")
}

#[test]
fn a_plugin_in_a_process_of_its_own_has_tasks_and_timers() {
    let _turn = turn();
    watched::start_log();
    let watched = Arc::new(Watched::delaying(Duration::from_millis(100)));
    let mut manager = PluginManager::new();
    manager.provide::<dyn Watcher>(watched.clone());
    manager.provide_executor(Arc::new(ThreadPool::new(1)));
    let isolated = manager.load_isolated(library(), worker()).unwrap();
    let plugin = isolated.plugins().pop().unwrap();
    let busy = plugin.proxy::<dyn Busy>().unwrap();
    for request in 0..20 {
        assert_eq!(busy.work(request), request + 1);
        assert_eq!(block_on(busy.later(request)), Some(request + 1));
    }
    until("each task is done", || watched.done() == 40);
    // They came from the other process.
    assert_eq!(watched::requests(), 40);
    let ticks = watched.ticks();
    until("the clock goes on", || watched.ticks() > ticks + 3);
    drop((busy, plugin, isolated));
    assert_eq!(watched.late(), [""; 0]);
}

#[test]
fn a_host_without_an_executor_gives_none_to_other_processes() {
    let mut manager = PluginManager::new();
    manager.provide::<dyn Watcher>(Arc::<Watched>::default());
    let error = manager.load_isolated(library(), worker()).unwrap_err().to_string();
    assert!(error.contains("this host runs no tasks of plugins"), "{error}");
}
