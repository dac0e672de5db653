//! The work of one task, until it is done or taken away.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Waker;

/// The work of one task: a future, or a closure.
///
/// Whoever takes the work out drops it, without the lock.
pub(super) struct Slot<W>(Mutex<State<W>>);

struct State<W> {
    work: Work<W>,
    is_cancelled: bool,
    /// Makes the executor poll the task.
    waker: Option<Waker>,
}

enum Work<W> {
    Waiting(W),
    /// Its task runs it, or has dropped it.
    Running,
    /// Somebody else took it.
    Gone,
}

/// What to do with a task that is polled.
pub(super) enum Begun<W> {
    Run(W),
    /// It was cancelled: drop its work.
    Cancelled(W),
    /// Somebody took its work.
    Gone,
}

impl<W> Slot<W> {
    pub(super) fn new(work: W) -> Self {
        let work = Work::Waiting(work);
        Slot(Mutex::new(State { work, is_cancelled: false, waker: None }))
    }

    fn lock(&self) -> MutexGuard<'_, State<W>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets who wakes the task if it is cancelled.
    pub(super) fn set_waker(&self, waker: Waker) {
        let earlier = self.lock().waker.replace(waker);
        drop(earlier);
    }

    /// Takes the work to run it.
    pub(super) fn begin(&self) -> Begun<W> {
        let mut state = self.lock();
        match std::mem::replace(&mut state.work, Work::Running) {
            Work::Waiting(work) if state.is_cancelled => Begun::Cancelled(work),
            Work::Waiting(work) => Begun::Run(work),
            other => {
                state.work = other;
                Begun::Gone
            }
        }
    }

    /// Puts back work that is not done. Returns it if it was cancelled meanwhile.
    pub(super) fn put_back(&self, work: W) -> Option<W> {
        let mut state = self.lock();
        if state.is_cancelled {
            return Some(work);
        }
        state.work = Work::Waiting(work);
        None
    }

    /// Makes the executor drop the work as soon as it does not run.
    pub(super) fn cancel(&self) {
        let mut state = self.lock();
        state.is_cancelled = true;
        let waker = state.waker.take();
        drop(state);
        // Code of the executor.
        waker.inspect(Waker::wake_by_ref);
    }

    /// Takes work away that does not run. What runs is dropped by who runs it.
    pub(super) fn take(&self) -> (Option<W>, Option<Waker>) {
        let mut state = self.lock();
        state.is_cancelled = true;
        let waker = state.waker.take();
        (state.take(), waker)
    }

    /// Takes the work at the end of its task, if it did not run. Returns `None` if
    /// somebody else took it.
    pub(super) fn end(&self) -> Option<Option<W>> {
        let mut state = self.lock();
        let is_own = !matches!(state.work, Work::Gone);
        is_own.then(|| state.take())
    }
}

impl<W> State<W> {
    /// Takes work that does not run.
    fn take(&mut self) -> Option<W> {
        match std::mem::replace(&mut self.work, Work::Gone) {
            Work::Waiting(work) => Some(work),
            other => {
                self.work = other;
                None
            }
        }
    }
}
