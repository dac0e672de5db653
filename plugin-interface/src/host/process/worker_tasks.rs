//! The executor of a worker.

use std::cell::Cell;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use crate::BoxFuture;
use crate::host::tasks::{Executor, ThreadPool};

/// The threads that poll.
const THREADS: usize = 2;

thread_local! {
    static IN_A_TASK: Cell<bool> = const { Cell::new(false) };
}

/// Returns `true` within a task. A task may call the host before the worker has told it
/// that the plugins are there; it waits for that.
pub(super) fn is_in_a_task() -> bool {
    IN_A_TASK.get()
}

/// Runs the tasks of the plugins of a worker.
pub(super) struct WorkerPool(ThreadPool);

impl WorkerPool {
    /// Creates one. It has no thread before the first task.
    pub(super) fn new() -> Self {
        WorkerPool(ThreadPool::new(THREADS))
    }
}

impl Executor for WorkerPool {
    fn spawn(&self, task: BoxFuture<'static, ()>) {
        self.0.spawn(Box::pin(InATask(task)));
    }

    fn spawn_blocking(&self, call: Box<dyn FnOnce() + Send>) {
        self.0.spawn_blocking(Box::new(|| in_a_task(call)));
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.0.sleep(duration)
    }

    fn renew_threads(&self) {
        self.0.renew_threads();
    }
}

struct InATask(BoxFuture<'static, ()>);

impl Future for InATask {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        in_a_task(|| self.0.as_mut().poll(context))
    }
}

/// Does something as a task. No panic comes out of one.
fn in_a_task<R>(act: impl FnOnce() -> R) -> R {
    let outer = IN_A_TASK.replace(true);
    let value = act();
    IN_A_TASK.set(outer);
    value
}
