//! The signal that a library may have become idle.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The number of signals so far. So a signal before a wait is not missed.
static SIGNALS: Mutex<u64> = Mutex::new(0);

static SIGNALLED: Condvar = Condvar::new();

fn lock() -> MutexGuard<'static, u64> {
    SIGNALS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Wakes the thread that unmaps idle libraries.
pub(crate) fn signal() {
    *lock() += 1;
    SIGNALLED.notify_all();
}

/// Returns the number of signals so far.
pub(crate) fn signals() -> u64 {
    *lock()
}

/// Waits until there were more signals than `seen`, or for that long.
pub(crate) fn wait_for_more_than(seen: u64, at_most: Option<Duration>) {
    let signals = lock();
    let is_seen = |signals: &mut u64| *signals == seen;
    match at_most {
        None => drop(SIGNALLED.wait_while(signals, is_seen)),
        Some(time) => drop(SIGNALLED.wait_timeout_while(signals, time, is_seen)),
    }
}
