//! The calls of a worker's wakers, in their order, on a thread of the host's. Who wakes a
//! task may be any thread of the host, and the worker answers each call when it likes.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::Duration;

use crate::host::by_descriptor::{Handle, Outgoing, Peer, WAKE, call_and_forget};

/// How long the thread waits for the next call before it ends.
const IDLE: Duration = Duration::from_secs(1);

/// The most calls that wait. A task that is woken twice before the worker is told counts
/// once.
const MOST: usize = 1 << 16;

/// The calls that wait.
#[derive(Default)]
pub(super) struct Wakes {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    calls: VecDeque<Outgoing<'static>>,
    /// The wakers that are called to wake their task.
    woken: HashSet<Handle>,
    has_thread: bool,
    /// The thread makes a call.
    is_calling: bool,
    has_ended: bool,
}

/// Why a call is not made.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NotMade {
    /// So many wait.
    TooMany(usize),
    /// There is no thread for them.
    NoThread,
}

impl Wakes {
    /// Makes a call of a waker, some time.
    pub(super) fn add(
        self: &Arc<Self>,
        worker: &Weak<dyn Peer>,
        call: Outgoing<'static>,
    ) -> Result<(), NotMade> {
        let mut state = lock(&self.state);
        if state.has_ended || !state.add(call)? {
            return Ok(());
        }
        if state.has_thread {
            drop(state);
            self.changed.notify_one();
            return Ok(());
        }
        let (this, worker) = (Arc::clone(self), Weak::clone(worker));
        let make_calls = move || {
            while let Some(call) = this.next() {
                let Some(worker) = worker.upgrade() else { return };
                call_and_forget(&*worker, call);
            }
        };
        let spawned = thread::Builder::new().name("plugin-wakes".to_owned()).spawn(make_calls);
        state.has_thread = spawned.is_ok();
        match spawned {
            Ok(_) => Ok(()),
            Err(_) => {
                state.next();
                Err(NotMade::NoThread)
            }
        }
    }

    /// Returns `true` if a call that is made now overtakes no other one.
    pub(super) fn is_idle(&self) -> bool {
        let state = lock(&self.state);
        state.calls.is_empty() && !state.is_calling
    }

    /// Forgets the calls: the worker has ended.
    pub(super) fn end(&self) {
        let mut state = lock(&self.state);
        state.has_ended = true;
        state.calls.clear();
        drop(state);
        self.changed.notify_one();
    }

    /// Waits for the next call. `None` if the thread is not needed any more.
    fn next(&self) -> Option<Outgoing<'static>> {
        let mut state = lock(&self.state);
        state.is_calling = false;
        let waits = |state: &mut State| state.calls.is_empty() && !state.has_ended;
        let waited = self.changed.wait_timeout_while(state, IDLE, waits);
        let mut state = waited.unwrap_or_else(PoisonError::into_inner).0;
        let call = state.next();
        (state.has_thread, state.is_calling) = (call.is_some(), call.is_some());
        call
    }
}

impl State {
    /// Returns `false` if the task is to be woken anyway.
    fn add(&mut self, call: Outgoing<'static>) -> Result<bool, NotMade> {
        if self.calls.len() >= MOST {
            return Err(NotMade::TooMany(self.calls.len()));
        }
        let is_new = call.method != WAKE || self.woken.insert(call.object);
        if is_new {
            self.calls.push_back(call);
        }
        Ok(is_new)
    }

    fn next(&mut self) -> Option<Outgoing<'static>> {
        let call = self.calls.pop_front()?;
        if call.method == WAKE {
            self.woken.remove(&call.object);
        }
        Some(call)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::by_descriptor::RELEASE;

    fn call(index: u32, method: u32) -> Outgoing<'static> {
        let object = Handle { index, generation: 1 };
        Outgoing { object, home: None, method, name: "wake", apart: &[], spent: None }
    }

    #[test]
    fn a_task_waits_once_to_be_woken_and_its_waker_goes_after_it() {
        let mut state = State::default();
        for (index, method, is_new) in
            [(1, WAKE, true), (1, WAKE, false), (2, WAKE, true), (1, RELEASE, true)]
        {
            assert_eq!(state.add(call(index, method)), Ok(is_new), "{index} {method}");
        }
        let next = |state: &mut State| state.next().map(|call| (call.object.index, call.method));
        assert_eq!(next(&mut state), Some((1, WAKE)));
        // That call may have begun to look at what the task waits for.
        assert_eq!(state.add(call(1, WAKE)), Ok(true));
        let rest: Vec<_> = std::iter::from_fn(|| next(&mut state)).collect();
        assert_eq!(rest, [(2, WAKE), (1, RELEASE), (1, WAKE)]);
        assert!(state.woken.is_empty());
    }

    #[test]
    fn the_calls_that_wait_are_bounded() {
        let mut state = State::default();
        for index in 0..MOST {
            assert_eq!(state.add(call(index as u32, WAKE)), Ok(true));
        }
        assert_eq!(state.add(call(0, RELEASE)), Err(NotMade::TooMany(MOST)));
        state.next();
        assert_eq!(state.add(call(0, RELEASE)), Ok(true));
    }
}
