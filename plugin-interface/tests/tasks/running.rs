//! Tasks that run.

use std::future::poll_fn;
use std::panic;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Wake, Waker};
use std::time::Duration;

use plugin_interface::{BoxFuture, Executor, LoadError, PluginManager, ThreadPool};

use crate::executors::{Host, with_each};
use crate::parts::{Bench, Journal};
use crate::{Build, DEADLINE, Notes, block_on, until};

#[test]
fn a_task_returns_its_result_sleeps_ticks_and_is_aborted() {
    with_each(|executor| {
        let Host { bench, .. } = Host::new(executor, DEADLINE);
        for (what, expected) in [
            ("sum", "Ok(42)"),
            ("block", "Ok(42)"),
            ("panic", "Err(Panicked(\"it broke\"))"),
            ("panic in blocking", "Err(Panicked(\"it broke\"))"),
            ("abort", "Err(Cancelled)"),
            ("abort itself", "it is gone"),
            ("sleep", "Ok(true)"),
            ("ticks", "Ok(true)"),
            ("many", "4950"),
            ("polls with one waker", "Ok(true)"),
        ] {
            assert_eq!(block_on(bench.run(what)), expected, "{what}");
        }
    });
}

/// Polls with another waker each time, and listens to the last one only.
struct Changing(ThreadPool);

struct IfLast(Waker, u64, Arc<AtomicU64>);

impl Wake for IfLast {
    fn wake(self: Arc<Self>) {
        if self.2.load(Ordering::SeqCst) == self.1 {
            self.0.wake_by_ref();
        }
    }
}

impl Executor for Changing {
    fn spawn(&self, mut task: BoxFuture<'static, ()>) {
        let polls = Arc::<AtomicU64>::default();
        self.0.spawn(Box::pin(poll_fn(move |context| {
            let number = polls.fetch_add(1, Ordering::SeqCst) + 1;
            let waker = IfLast(context.waker().clone(), number, Arc::clone(&polls));
            task.as_mut().poll(&mut Context::from_waker(&Waker::from(Arc::new(waker))))
        })));
    }

    fn spawn_blocking(&self, call: Box<dyn FnOnce() + Send>) {
        self.0.spawn_blocking(call);
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.0.sleep(duration)
    }
}

#[test]
fn the_waker_of_the_last_poll_is_the_one_that_a_task_has() {
    let Host { bench, .. } = Host::new(Arc::new(Changing(ThreadPool::new(2))), DEADLINE);
    for (what, expected) in
        [("many", "4950"), ("ticks", "Ok(true)"), ("polls with one waker", "Ok(false)")]
    {
        assert_eq!(block_on(bench.run(what)), expected, "{what}");
    }
}

#[test]
fn a_detached_task_goes_on() {
    with_each(|executor| {
        let Host { bench, notes, .. } = Host::new(executor, DEADLINE);
        bench.spawn("short", 100);
        notes.until("woke", 100);
    });
}

#[test]
fn a_panic_of_a_task_is_reported_with_the_name_of_its_plugin_and_ends_no_other() {
    static REPORTED: Mutex<Vec<String>> = Mutex::new(Vec::new());
    let earlier = panic::take_hook();
    panic::set_hook(Box::new(move |report| {
        REPORTED.lock().unwrap_or_else(PoisonError::into_inner).push(report.to_string());
        earlier(report);
    }));
    with_each(|executor| {
        let Host { bench, notes, build, .. } = Host::new(executor, DEADLINE);
        let reported = || {
            let reported = REPORTED.lock().unwrap_or_else(PoisonError::into_inner);
            let (file, plugin) = (build.file().display().to_string(), "plugin-interface");
            let is_it = |text: &&String| text.contains(&file) && text.contains(plugin);
            reported.iter().filter(is_it).filter(|text| text.contains("it broke")).count()
        };
        bench.spawn("panic", 3);
        bench.spawn("short", 3);
        notes.until("woke", 3);
        assert_eq!(block_on(bench.run("sum")), "Ok(42)");
        until("they are reported", || reported() == 3);
    });
}

#[test]
fn a_host_without_an_executor_is_told_what_to_write() {
    let build = Build::of("tasked");
    let mut manager = PluginManager::new();
    manager.provide::<dyn Journal>(Arc::<Notes>::default());
    let error = manager.load_library(build.file()).unwrap_err();
    let LoadError::Constructor { message, .. } = &error else { panic!("{error}") };
    let write = "manager.provide_executor(Arc::new(ThreadPool::new(2)))";
    assert!(message.contains(write), "{message}");
    manager.provide_executor(Arc::new(ThreadPool::new(2)));
    assert_eq!(manager.load_library(build.file()).unwrap().len(), 1);
}
