//! One task of a plugin, as the executor of the host runs it.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use super::slot::{Begun, Slot};
use crate::BoxFuture;
use crate::runtime::failure::contain;

/// Takes note of the end of a task.
pub(super) trait Ended: Send + 'static {
    /// Its work is dropped.
    fn ended(&mut self);
}

/// The work of a task, which is dropped with this, before its end is noted.
struct Running<W, E: Ended> {
    slot: Arc<Slot<W>>,
    ended: E,
}

impl<W, E: Ended> Drop for Running<W, E> {
    fn drop(&mut self) {
        // Who took the work notes the end.
        let Some(work) = self.slot.end() else { return };
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
    pub(super) fn new(slot: Arc<Slot<BoxFuture<'static, ()>>>, ended: E) -> Self {
        Task { running: Some(Running { slot, ended }), waker: None }
    }
}

impl<E: Ended + Unpin> Future for Task<E> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let task = &mut *self;
        let Some(running) = &task.running else { return Poll::Ready(()) };
        if !task.waker.as_ref().is_some_and(|waker| waker.will_wake(context.waker())) {
            task.waker = Some(context.waker().clone());
            // First, so that no cancellation is missed.
            running.slot.set_waker(context.waker().clone());
        }
        match running.slot.begin() {
            Begun::Run(mut future) => {
                let polled = contain(|| future.as_mut().poll(context));
                let left = match polled {
                    Ok(Poll::Pending) => running.slot.put_back(future),
                    // The hook of the plugin reported its panic.
                    Ok(Poll::Ready(())) | Err(_) => Some(future),
                };
                match left {
                    None => return Poll::Pending,
                    Some(future) => drop(contain(|| drop(future))),
                }
            }
            Begun::Cancelled(future) => drop(contain(|| drop(future))),
            Begun::Gone => {}
        }
        task.running = None;
        Poll::Ready(())
    }
}

/// A closure of a plugin.
pub(super) struct BlockingTask<E: Ended>(Running<Box<dyn FnOnce() + Send>, E>);

impl<E: Ended> BlockingTask<E> {
    pub(super) fn new(slot: Arc<Slot<Box<dyn FnOnce() + Send>>>, ended: E) -> Self {
        BlockingTask(Running { slot, ended })
    }

    /// Calls the closure, unless it was cancelled.
    pub(super) fn run(self) {
        match self.0.slot.begin() {
            // The hook of the plugin reported its panic.
            Begun::Run(call) => drop(contain(call)),
            Begun::Cancelled(call) => drop(contain(|| drop(call))),
            Begun::Gone => {}
        }
    }
}
