//! The atomics, statics and thread-locals of the swap.
//!
//! They are in one place so that `tests/swap_model.rs` can compile the same
//! code with those of the model checker `loom`.

use std::cell::Cell;
use std::thread::LocalKey;

pub(crate) use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize};

/// The number of guards of one thread that are announced in a slot of their
/// own.
pub(crate) const SLOTS: usize = 6;

/// A static that all threads share.
macro_rules! shared_static {
    ($(#[$meta:meta])* static $name:ident: $type:ty = $init:expr;) => {
        $(#[$meta])* static $name: $type = $init;
    };
}

/// Statics of each thread, without lazy initialization.
macro_rules! thread_static {
    ($($(#[$meta:meta])* static $name:ident: $type:ty = $init:expr;)+) => {
        std::thread_local! { $($(#[$meta])* static $name: $type = const { $init };)+ }
    };
}

pub(crate) use {shared_static, thread_static};

/// The value in the cell of this thread. The type has no destructor, so the
/// cell exists until the thread is gone.
#[inline(always)]
pub(crate) fn get<T: Copy>(cell: &'static LocalKey<Cell<Option<T>>>) -> Option<T> {
    cell.get()
}

/// Sets the value in the cell of this thread.
pub(crate) fn set<T: Copy>(cell: &'static LocalKey<Cell<Option<T>>>, value: Option<T>) {
    cell.set(value);
}
