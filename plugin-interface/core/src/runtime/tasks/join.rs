//! The result of a task, for whoever waits for it.

use core::fmt;
use core::future::poll_fn;
use core::pin::{Pin, pin};
use core::task::{Context, Poll, Waker};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::boundary::KeptWaker;
use crate::runtime::failure::message_of;
use crate::runtime::tasks::host::HostTasks;

/// Waits for a task, as a future, or aborts it.
///
/// [`Tasks::spawn`](crate::Tasks::spawn) returns it. The task goes on if this is
/// dropped.
///
/// Feature `tasks`.
///
/// ```
/// use plugin_interface::{JoinError, PluginContext};
///
/// async fn sum(context: &PluginContext<'_>) -> Result<u64, String> {
///     let task = context.spawn(async { (1..=10).sum() }).map_err(|error| error.to_string())?;
///     task.await.map_err(|error| error.to_string())
/// }
/// ```
pub struct JoinHandle<T> {
    outcome: Arc<Outcome<T>>,
    tasks: HostTasks,
    number: u64,
}

/// The reason why a task has no result.
///
/// ```
/// use plugin_interface::JoinError;
///
/// assert_eq!(JoinError::Cancelled.to_string(), "the task was cancelled");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum JoinError {
    /// It was aborted, or its plugin is being destroyed.
    Cancelled,
    /// It panicked with this message.
    Panicked(String),
}

impl fmt::Display for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            JoinError::Cancelled => f.write_str("the task was cancelled"),
            JoinError::Panicked(message) => write!(f, "the task panicked: {message}"),
        }
    }
}

impl core::error::Error for JoinError {}

impl<T> JoinHandle<T> {
    pub(super) fn new(outcome: Arc<Outcome<T>>, tasks: HostTasks, number: u64) -> Self {
        JoinHandle { outcome, tasks, number }
    }

    /// Cancels the task: its future is dropped by the executor that polls it. A
    /// closure that is running already runs to its end.
    pub fn abort(&self) {
        self.tasks.abort(self.number);
    }

    /// Returns `true` if the task has ended.
    pub fn is_finished(&self) -> bool {
        self.outcome.lock().has_ended
    }
}

impl<T> fmt::Debug for JoinHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinHandle").field("is_finished", &self.is_finished()).finish()
    }
}

impl<T> Future for JoinHandle<T> {
    type Output = Result<T, JoinError>;

    /// # Panics
    ///
    /// If it returned its result before.
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        // Foreign code, so not under the lock.
        let waker = context.waker().clone();
        let mut inner = self.outcome.lock();
        if !inner.has_ended {
            let earlier = inner.waker.replace(waker);
            drop(inner);
            drop(earlier);
            return Poll::Pending;
        }
        let result = inner.result.take();
        drop(inner);
        Poll::Ready(result.expect("a task returns its result once"))
    }
}

/// The outcome of a task.
pub(super) struct Outcome<T>(Mutex<Inner<T>>);

struct Inner<T> {
    has_ended: bool,
    result: Option<Result<T, JoinError>>,
    /// Who waits for it.
    waker: Option<Waker>,
}

impl<T> Outcome<T> {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Outcome(Mutex::new(Inner { has_ended: false, result: None, waker: None })))
    }

    fn lock(&self) -> MutexGuard<'_, Inner<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn end(&self, result: Result<T, JoinError>) {
        let mut inner = self.lock();
        if inner.has_ended {
            return;
        }
        inner.has_ended = true;
        inner.result = Some(result);
        let waker = inner.waker.take();
        drop(inner);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

/// A task that has not ended. Dropped before that, it was cancelled.
struct Running<T>(Arc<Outcome<T>>);

impl<T> Running<T> {
    /// Stores the result, or continues the panic, which the host learns of.
    fn end(self, result: std::thread::Result<T>) {
        match result {
            Ok(value) => self.0.end(Ok(value)),
            Err(payload) => {
                self.0.end(Err(JoinError::Panicked(message_of(&*payload).to_owned())));
                resume_unwind(payload)
            }
        }
    }
}

impl<T> Drop for Running<T> {
    fn drop(&mut self) {
        self.0.end(Err(JoinError::Cancelled));
    }
}

/// Returns the future that the host polls for a task.
pub(super) fn task<F: Future>(
    outcome: Arc<Outcome<F::Output>>,
    future: F,
) -> impl Future<Output = ()> {
    let running = Running(outcome);
    async move {
        // The future is dropped before anybody learns of its end.
        let result = {
            let mut future = pin!(future);
            let mut kept = KeptWaker::default();
            poll_fn(|context| {
                let waker = kept.of(context.waker());
                let poll = || future.as_mut().poll(&mut Context::from_waker(waker));
                match catch_unwind(AssertUnwindSafe(poll)) {
                    Ok(polled) => polled.map(Ok),
                    Err(payload) => Poll::Ready(Err(payload)),
                }
            })
            .await
        };
        running.end(result);
    }
}

/// Returns the closure that the host calls for a blocking task.
pub(super) fn call<R>(outcome: Arc<Outcome<R>>, call: impl FnOnce() -> R) -> impl FnOnce() {
    let running = Running(outcome);
    move || running.end(catch_unwind(AssertUnwindSafe(call)))
}
