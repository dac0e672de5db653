//! One task of a plugin, as the executor of the host runs it.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use super::slot::{Begun, Paused, Runner};
use crate::BoxFuture;
use crate::boundary::shared_waker;
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
    /// The executor's waker, which the slot has, and what is passed to the future.
    wakers: Option<(Waker, Waker)>,
}

impl<E: Ended> Task<E> {
    pub(super) fn new(runner: Runner<BoxFuture<'static, ()>>, ended: E) -> Self {
        Task { running: Some(Running { runner, ended }), wakers: None }
    }
}

impl<E: Ended + Unpin> Future for Task<E> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let task = &mut *self;
        let Some(running) = &mut task.running else { return Poll::Ready(()) };
        let runner = &mut running.runner;
        let wakers = match &mut task.wakers {
            Some(same) if same.0.will_wake(context.waker()) => same,
            other => {
                let waker = context.waker();
                // First, so that no cancellation is missed.
                runner.slot().set_waker(waker.clone());
                other.insert((waker.clone(), shared_waker(waker.clone())))
            }
        };
        let context = &mut Context::from_waker(&wakers.1);
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
