//! Intercepts the end of threads, for libraries with code to run there.
//!
//! A library registers its destructors of thread-locals, its pthread keys and
//! its threads here, instead of with the C library (`runtime/thread_exits`). So
//! a thread that ends calls the host's code. That calls the library's code only
//! while the library is mapped.
//!
//! `intercept` has the functions that libraries call, `registry` the counts and
//! keys of libraries, and `idle` the signal that a library may be unmapped.

// The platforms on which this was tested, as in `build.rs` of
// `plugin-interface-core`.
#[cfg(all(
    target_os = "linux",
    target_env = "gnu",
    target_pointer_width = "64",
    any(target_arch = "x86_64", target_arch = "aarch64"),
    not(target_feature = "crt-static"),
))]
mod intercept;
// On other platforms nothing is counted.
#[cfg(not(all(
    target_os = "linux",
    target_env = "gnu",
    target_pointer_width = "64",
    any(target_arch = "x86_64", target_arch = "aarch64"),
    not(target_feature = "crt-static"),
)))]
mod intercept {
    /// Returns the functions for a library: none.
    pub(crate) fn offered() -> *const crate::abi::ThreadExits {
        core::ptr::null()
    }
}
pub(crate) mod idle;
#[cfg(any(feature = "log", feature = "tracing"))]
mod in_use;

/// `true` where the end of a thread calls code of each library that it has used.
/// Windows calls none of a library that is unmapped: only the threads that run
/// its code matter.
pub(crate) const MATTER: bool = !cfg!(windows);

mod registry;

use crate::host::file::linkage::Linkage;
use crate::host::platform::c_library;

/// Returns `true` if a library stays mapped because of the C library: it unmaps none,
/// or would hand the thread-locals of this one to the next.
pub(crate) fn keep_mapped(linkage: &Linkage) -> bool {
    let is_concerned = cfg!(target_env = "musl") || linkage.may_have_thread_locals();
    is_concerned && c_library::keeps_mapped().is_some()
}

#[cfg(any(feature = "log", feature = "tracing"))]
pub(crate) use in_use::hold;
pub(crate) use intercept::offered;
pub(crate) use registry::{
    Held, LibraryId, Start, add, forget, held, is_awaited, keep, objects, release,
};
