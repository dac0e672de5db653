//! The ends of threads, as far as libraries wait for them.
//!
//! Libraries pass on to here what they would leave to the C library
//! (`runtime/thread_exits`), so that a thread which ends calls the host's code,
//! and that calls a library's only while it is mapped. `registry` is what is
//! known, `exits` are the functions that libraries call.

#[cfg(thread_exits)]
mod exits;
mod registry;

pub(crate) use registry::{Held, LibraryId, add, forget, held, is_awaited, objects, release};

use crate::abi::ThreadExits;

/// What a library is offered; null where thread exits are not counted.
pub(crate) fn offered() -> *const ThreadExits {
    #[cfg(thread_exits)]
    {
        exits::offered()
    }
    #[cfg(not(thread_exits))]
    {
        core::ptr::null()
    }
}
