//! Tasks on a runtime of tokio, in all that is its own.

use std::sync::Arc;

use plugin_interface::UnloadOutcome;
use tokio::runtime::{Builder, Handle};

use crate::executors::Host;
use crate::parts::Bench;
use crate::{DEADLINE, block_on, until};

#[test]
fn the_only_thread_of_a_runtime_may_destroy_a_plugin_with_tasks() {
    let runtime = Builder::new_current_thread().enable_time().build().unwrap();
    let (notes, manager, build) = runtime.block_on(async {
        let Host { manager, handle, bench, notes, build } =
            Host::new(Arc::new(Handle::current()), DEADLINE);
        bench.spawn("sleep", 100);
        assert_eq!(bench.run("many").await, "4950");
        assert_eq!(notes.count("begun"), 100);
        drop(bench);
        handle.close().unwrap();
        (notes, manager, build)
    });
    assert_eq!((notes.count("dropped"), notes.count("woke")), (100, 0));
    until("it is unmapped", || manager.outcome(build.file()) == Some(UnloadOutcome::Unmapped));
}

#[test]
fn a_runtime_that_ends_first_cancels_the_tasks() {
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap();
    let Host { handle, bench, notes, .. } = Host::new(Arc::new(runtime.handle().clone()), DEADLINE);
    bench.spawn("sleep", 10);
    notes.until("begun", 10);
    drop(runtime);
    assert_eq!((notes.count("dropped"), notes.count("woke")), (10, 0));
    assert_eq!(block_on(bench.run("sum")), "Err(Cancelled)");
    assert_eq!(block_on(bench.run("block")), "Err(Cancelled)");
    drop(bench);
    handle.close().unwrap();
}

#[test]
fn a_runtime_without_time_is_a_panic_that_says_so() {
    let runtime = Builder::new_multi_thread().worker_threads(1).build().unwrap();
    let Host { bench, .. } = Host::new(Arc::new(runtime.handle().clone()), DEADLINE);
    let answer = block_on(bench.run("sleep"));
    let expected = "Err(Panicked(\"the executor of the host cannot sleep: ";
    assert!(answer.starts_with(expected) && answer.contains("enable_time"), "{answer}");
    assert_eq!(block_on(bench.run("sum")), "Ok(42)");
}

#[test]
fn a_thread_local_of_a_task_is_named_and_keeps_its_library_as_long_as_the_thread() {
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_time().build().unwrap();
    let Host { manager, handle, bench, notes, build } =
        Host::new(Arc::new(runtime.handle().clone()), DEADLINE);
    bench.spawn("leave a thread-local", 1);
    notes.until("left", 1);
    drop(bench);
    handle.close().unwrap();
    if cfg!(all(target_os = "linux", target_env = "gnu")) {
        let outcome = manager.outcome(build.file()).unwrap().to_string();
        assert!(outcome.contains("1 thread-local destructor waits"), "{outcome}");
        assert!(outcome.contains("LEFT"), "{outcome}");
        drop(runtime);
        until("it is unmapped", || manager.outcome(build.file()) == Some(UnloadOutcome::Unmapped));
    }
}
