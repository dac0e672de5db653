//! The ends of threads, as far as libraries wait for them.
//!
//! Libraries pass on to here what they would leave to the C library
//! (`runtime/thread_exits`), so that a thread which ends calls the host's code,
//! and that calls a library's only while it is mapped. `registry` is what is
//! known, `intercept` are the functions that libraries call.

// Where this was proven: as `build.rs` of `plugin-interface-core` says it.
#[cfg(all(
    target_os = "linux",
    target_env = "gnu",
    target_pointer_width = "64",
    any(target_arch = "x86_64", target_arch = "aarch64"),
    not(target_feature = "crt-static"),
))]
mod intercept;
// Elsewhere nothing is counted.
#[cfg(not(all(
    target_os = "linux",
    target_env = "gnu",
    target_pointer_width = "64",
    any(target_arch = "x86_64", target_arch = "aarch64"),
    not(target_feature = "crt-static"),
)))]
mod intercept {
    /// What a library is offered.
    pub(crate) fn offered() -> *const crate::abi::ThreadExits {
        core::ptr::null()
    }
}
pub(crate) mod idle;
mod registry;

pub(crate) use intercept::offered;
pub(crate) use registry::{Held, LibraryId, add, forget, held, is_awaited, objects, release};
