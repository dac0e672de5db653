//! The executor of a host, as plugins need it.

use std::time::Duration;

use crate::BoxFuture;

/// Runs the tasks of plugins.
///
/// [`ThreadPool`](crate::ThreadPool) is one. Implement this for the executor that
/// your application has already.
///
/// What runs is a plugin's, but an executor notices nothing of that: a panic of a
/// plugin does not reach it, and a task that is cancelled ends with its next poll.
/// It may drop what it does not want to run.
///
/// Feature `tasks`.
///
/// ```
/// use std::time::Duration;
///
/// use plugin_interface::{BoxFuture, Executor, ThreadPool};
///
/// /// Counts what plugins spawn.
/// struct Counting(ThreadPool, std::sync::atomic::AtomicUsize);
///
/// impl Executor for Counting {
///     fn spawn(&self, task: BoxFuture<'static, ()>) {
///         self.1.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
///         self.0.spawn(task);
///     }
///
///     fn spawn_blocking(&self, call: Box<dyn FnOnce() + Send>) {
///         self.0.spawn_blocking(call);
///     }
///
///     fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
///         self.0.sleep(duration)
///     }
/// }
/// ```
pub trait Executor: Send + Sync {
    /// Polls a future to its end, at the same time as others.
    fn spawn(&self, task: BoxFuture<'static, ()>);

    /// Calls a closure that may take long or wait, on a thread for such.
    fn spawn_blocking(&self, call: Box<dyn FnOnce() + Send>);

    /// Returns a future that is ready after that time, which begins now.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()>;

    /// Replaces the threads that polled tasks, if that is possible.
    ///
    /// It is called when a plugin was destroyed that had tasks. Thread-locals that
    /// they left behind keep its library loaded until these threads end. An
    /// executor that keeps its threads does nothing.
    fn renew_threads(&self) {}
}
