//! The work of one task, until it is done or taken away.
//!
//! A poll of a task writes two flags and reads one, and executes no locked
//! instruction where the fence is asymmetric. Who cancels pays for that. The
//! runner says that it runs, and then looks whether it was cancelled. Who takes
//! the work says that it is cancelled, and then looks whether it runs. At least
//! one of the two sees the other. If both do, the one that claims the work first
//! has it. `tests/slot_model.rs` checks this under all interleavings.
#![expect(unsafe_code, reason = "the work is reached without a lock")]

use std::cell::UnsafeCell;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Waker;

use super::sync::{AtomicBool, Mutex, fence, lock, sleep};

/// What the runner of a task shares with those who cancel it.
pub(super) struct Slot<W> {
    /// Empty once it was taken out, by the runner or by who claimed it.
    work: UnsafeCell<Option<W>>,
    /// Set and cleared by the runner only.
    is_running: AtomicBool,
    /// Never cleared.
    is_cancelled: AtomicBool,
    /// Set by who takes work that does not run.
    is_claimed: AtomicBool,
    /// Makes the executor poll the task.
    waker: Mutex<Option<Waker>>,
}

// SAFETY: one thread at a time has access to the work: the runner between `begin`
// and `pause`, and otherwise who has claimed it. The work may go to another thread.
unsafe impl<W: Send> Sync for Slot<W> {}

/// Runs the work of a slot. There is one for each slot, and whoever takes the work
/// out drops it.
pub(super) struct Runner<W> {
    slot: Arc<Slot<W>>,
    /// The work was taken out, here or elsewhere.
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// The work does not run.
    Waiting,
    Running,
    /// The runner has taken it out.
    Taken,
    /// Somebody else has.
    Gone,
}

/// What to do with a task that is polled.
pub(super) enum Begun<'a, W> {
    Run(&'a mut W),
    /// It was cancelled: drop its work.
    Cancelled(W),
    /// Its work was taken.
    Gone,
}

/// What to do with a task that was polled and is not done.
pub(super) enum Paused<W> {
    Waiting,
    /// It was cancelled meanwhile: drop its work.
    Cancelled(W),
    /// Its work was taken.
    Gone,
}

impl<W> Runner<W> {
    pub(super) fn new(work: W) -> Self {
        fence::prepare();
        let slot = Slot {
            work: UnsafeCell::new(Some(work)),
            is_running: AtomicBool::new(false),
            is_cancelled: AtomicBool::new(false),
            is_claimed: AtomicBool::new(false),
            waker: Mutex::new(None),
        };
        Runner { slot: Arc::new(slot), state: State::Waiting }
    }

    pub(super) fn slot(&self) -> &Arc<Slot<W>> {
        &self.slot
    }

    /// Begins to run the work.
    #[inline]
    pub(super) fn begin(&mut self) -> Begun<'_, W> {
        if self.state != State::Waiting {
            return Begun::Gone;
        }
        self.slot.is_running.store(true, Ordering::Relaxed);
        fence::light();
        if self.slot.is_cancelled.load(Ordering::Acquire) {
            return match self.claim() {
                Some(work) => Begun::Cancelled(work),
                None => Begun::Gone,
            };
        }
        self.state = State::Running;
        // SAFETY: who cancels after the load above sees that it runs, until `pause`,
        // and leaves it. Who claimed it has cancelled it before.
        match unsafe { &mut *self.slot.work.get() } {
            Some(work) => Begun::Run(work),
            None => Begun::Gone,
        }
    }

    /// Stops to run work that is not done.
    #[inline]
    pub(super) fn pause(&mut self) -> Paused<W> {
        if self.state != State::Running {
            return Paused::Gone;
        }
        self.state = State::Waiting;
        self.slot.is_running.store(false, Ordering::Release);
        fence::light();
        if !self.slot.is_cancelled.load(Ordering::Acquire) {
            return Paused::Waiting;
        }
        match self.claim() {
            Some(work) => Paused::Cancelled(work),
            None => Paused::Gone,
        }
    }

    /// Takes the work at the end of its task, or `None` in it if it was taken before.
    /// Returns `None` if somebody else took it.
    pub(super) fn end(&mut self) -> Option<Option<W>> {
        match self.state {
            State::Waiting => self.claim().map(Some),
            State::Running => {
                self.state = State::Taken;
                // SAFETY: it runs until here, and `is_running` is not cleared any
                // more, so nobody else takes it.
                Some(unsafe { &mut *self.slot.work.get() }.take())
            }
            State::Taken => Some(None),
            State::Gone => None,
        }
    }

    /// Takes work that does not run, unless somebody else has claimed it.
    #[cold]
    fn claim(&mut self) -> Option<W> {
        let work = self.slot.claim();
        self.state = if work.is_some() { State::Taken } else { State::Gone };
        work
    }
}

impl<W> Slot<W> {
    /// Sets who wakes the task if it is cancelled.
    pub(super) fn set_waker(&self, waker: Waker) {
        let earlier = lock(&self.waker).replace(waker);
        drop(earlier);
    }

    /// Makes the executor drop the work as soon as it does not run.
    pub(super) fn cancel(&self) {
        let waker = self.note_cancelled();
        // Code of the executor.
        waker.inspect(Waker::wake_by_ref);
    }

    /// Returns who wakes the task, to be called by who cancels it.
    fn note_cancelled(&self) -> Option<Waker> {
        // A runner that sets its waker later sees this: the lock orders the two.
        self.is_cancelled.store(true, Ordering::SeqCst);
        lock(&self.waker).take()
    }

    /// Takes work that does not run and will not, unless somebody else has claimed it.
    ///
    /// The caller has cancelled it. It has seen after a fence that it does not run, or
    /// is the runner and does not run it.
    fn claim(&self) -> Option<W> {
        if self.is_claimed.swap(true, Ordering::AcqRel) {
            return None;
        }
        // SAFETY: one caller comes here. No runner has access, by what the
        // caller does; what it did before happened before the caller's load.
        unsafe { &mut *self.work.get() }.take()
    }
}

/// Cancels work, and takes away what does not run. What runs is dropped by who runs
/// it. Returns the work, each `None` if it was not taken, and who wakes its task.
pub(super) fn take_away<W>(slots: &[Arc<Slot<W>>]) -> Vec<(Option<W>, Option<Waker>)> {
    if slots.is_empty() {
        return Vec::new();
    }
    let wakers: Vec<_> = slots.iter().map(|slot| slot.note_cancelled()).collect();
    if !fence::heavy() {
        // The system refuses it since it agreed. After this time it is not needed.
        sleep(fence::VISIBLE_AFTER);
    }
    let take = |slot: &Arc<Slot<W>>| {
        let runs = slot.is_running.load(Ordering::Acquire);
        if runs { None } else { slot.claim() }
    };
    slots.iter().map(take).zip(wakers).collect()
}
