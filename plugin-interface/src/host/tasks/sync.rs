//! The atomics, the lock and the fence of a slot.
//!
//! They are in one place so that `tests/slot_model.rs` can compile the same code
//! with those of the model checker `loom`.

use std::sync::{MutexGuard, PoisonError};

pub(super) use crate::host::swap::fence;
pub(super) use std::sync::Mutex;
pub(super) use std::sync::atomic::AtomicBool;
pub(super) use std::thread::sleep;

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
