//! One task of a plugin, as the executor of the host runs it.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use super::slot::{Begun, Paused, Runner};
use crate::BoxFuture;
use crate::runtime::failure::contain;

/// Takes note of the end of a task.
pub(super) trait Ended: Send + 'static {
    /// Its work is dropped.
    fn ended(&mut self);
}

/// The work of a task, which is dropped with this, before its end is noted.
struct Running<W, E: Ended> {
    runner: Runner<W>,
    ended: E,
}

impl<W, E: Ended> Drop for Running<W, E> {
    fn drop(&mut self) {
        // Who took the work notes the end.
        let Some(work) = self.runner.end() else { return };
        // The drop is code of the plugin. A panic of it was reported.
        let _ = contain(|| drop(work));
        self.ended.ended();
    }
}

/// A future of a plugin. It is ready when that has ended, panicked or was
/// cancelled.
pub(super) struct Task<E: Ended> {
    running: Option<Running<BoxFuture<'static, ()>, E>>,
    /// The waker that the slot has.
    waker: Option<Waker>,
}

impl<E: Ended> Task<E> {
    pub(super) fn new(runner: Runner<BoxFuture<'static, ()>>, ended: E) -> Self {
        Task { running: Some(Running { runner, ended }), waker: None }
    }
}

impl<E: Ended + Unpin> Future for Task<E> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let task = &mut *self;
        let Some(running) = &mut task.running else { return Poll::Ready(()) };
        let runner = &mut running.runner;
        if !task.waker.as_ref().is_some_and(|waker| waker.will_wake(context.waker())) {
            task.waker = Some(context.waker().clone());
            // First, so that no cancellation is missed.
            runner.slot().set_waker(context.waker().clone());
        }
        let cancelled = match runner.begin() {
            Begun::Run(future) => match contain(|| future.as_mut().poll(context)) {
                Ok(Poll::Pending) => match runner.pause() {
                    Paused::Waiting => return Poll::Pending,
                    Paused::Cancelled(future) => Some(future),
                    Paused::Gone => None,
                },
                // The hook of the plugin reported its panic.
                Ok(Poll::Ready(())) | Err(_) => None,
            },
            Begun::Cancelled(future) => Some(future),
            Begun::Gone => None,
        };
        let _ = contain(|| drop(cancelled));
        // This drops a future that has ended.
        task.running = None;
        Poll::Ready(())
    }
}

/// A closure, until it is called.
pub(super) type Call = Option<Box<dyn FnOnce() + Send>>;

/// A closure of a plugin.
pub(super) struct BlockingTask<E: Ended>(Running<Call, E>);

impl<E: Ended> BlockingTask<E> {
    pub(super) fn new(runner: Runner<Call>, ended: E) -> Self {
        BlockingTask(Running { runner, ended })
    }

    /// Calls the closure, unless it was cancelled.
    pub(super) fn run(mut self) {
        match self.0.runner.begin() {
            // The hook of the plugin reported its panic.
            Begun::Run(call) => drop(call.take().map(contain)),
            Begun::Cancelled(call) => drop(contain(|| drop(call))),
            Begun::Gone => {}
        }
    }
}
