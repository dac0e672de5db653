//! Tasks on an executor of smol, in all that is its own.

use std::sync::Arc;

use async_executor::Executor;
use plugin_interface::UnloadOutcome;

use crate::executors::Host;
use crate::parts::Bench;
use crate::smol_threads::SmolThreads;
use crate::{DEADLINE, until};

#[test]
fn the_only_thread_of_an_executor_may_destroy_a_plugin_with_tasks() {
    let executor = Arc::new(Executor::new());
    let (notes, manager, build) = async_io::block_on(executor.run(async {
        let Host { manager, handle, bench, notes, build } = Host::new(executor.clone(), DEADLINE);
        bench.spawn("sleep", 100);
        assert_eq!(bench.run("many").await, "4950");
        assert_eq!(notes.count("begun"), 100);
        drop(bench);
        handle.close().unwrap();
        (notes, manager, build)
    }));
    assert_eq!((notes.count("dropped"), notes.count("woke")), (100, 0));
    until("it is unmapped", || manager.outcome(build.file()) == Some(UnloadOutcome::Unmapped));
}

#[test]
fn tasks_that_no_thread_runs_any_more_end_with_their_plugin() {
    let threads = SmolThreads::new(2);
    let Host { handle, bench, notes, .. } = Host::new(threads.executor.clone(), DEADLINE);
    bench.spawn("sleep", 10);
    notes.until("begun", 10);
    drop(threads);
    // These never begin.
    bench.spawn("sleep", 5);
    // Blocking ones have threads of their own.
    drop(bench);
    handle.close().unwrap();
    assert_eq!((notes.count("begun"), notes.count("woke")), (10, 0));
    assert_eq!(notes.count("dropped"), 10);
}

#[test]
fn an_executor_may_be_that_of_a_thread_of_the_host_only() {
    let executor = Arc::new(Executor::new());
    let Host { bench, handle, .. } = Host::new(executor.clone(), DEADLINE);
    for what in ["sum", "block", "sleep"] {
        let answer = async_io::block_on(executor.run(bench.run(what)));
        assert!(["Ok(42)", "Ok(true)"].contains(&&*answer), "{answer}");
    }
    drop((bench, executor));
    handle.close().unwrap();
}
