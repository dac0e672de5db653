//! Notes about the plugins that were running when the process died.
//!
//! Nothing is written down at a call. A table has the addresses of the functions
//! that hosts call in each library. When a thread dies, its handler hands its
//! registers to a thread of this module, which walks the stack and looks each
//! frame up in the table. So the handler itself only writes to a pipe and waits,
//! and a thread whose stack is exhausted has its note too.

#[cfg(feature = "crash-notes")]
use std::io;
use std::path::Path;

use crate::host::platform::Image;

#[cfg(all(
    feature = "crash-notes",
    target_os = "linux",
    target_env = "gnu",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]
#[path = "linux/mod.rs"]
mod system;
#[cfg(not(all(
    feature = "crash-notes",
    target_os = "linux",
    target_env = "gnu",
    any(target_arch = "x86_64", target_arch = "aarch64")
)))]
#[path = "none.rs"]
mod system;

/// A function of a library, by its address, and what it does.
pub(crate) type NamedFunction = (usize, String);

/// Names the plugins that were running when this process dies, on stderr.
///
/// From this call on, a thread that dies in a plugin leaves a note of each method
/// that it was in, the innermost first:
///
/// ```text
/// SIGSEGV on thread 4711 (main), inside a plugin:
///   `apply` of `Shout` (tools::Tool) in /opt/app/plugins/libshout.so
/// meanwhile on thread 4712 (worker), inside a plugin:
///   `apply` of `Count` (tools::Tool) in /opt/app/plugins/libcount.so
/// ```
///
/// The other threads that are inside a plugin follow. Each is stopped for a
/// moment, by a real-time signal that nobody handles.
///
/// It dies of `SIGABRT`, `SIGBUS`, `SIGFPE`, `SIGILL`, `SIGSEGV`, `SIGSYS` or
/// `SIGTRAP`, or by a stack overflow. The note is written too if a plugin calls
/// `exit`. Calls are not slower.
///
/// Handlers that were there before run after the note. So the message of Rust's
/// runtime about a stack overflow appears, and exit status and core dump stay the
/// same. A handler that is set later runs first, and the note is written if it
/// calls the earlier one.
///
/// Call it at the start of `main`: libraries that were loaded before are not
/// named. A second call does nothing. It starts one thread.
///
/// # Limits
///
/// A call of an object, a closure or an iterator is named by its library alone,
/// and so is a thread that a library started. A thread that C code started has
/// no stack for handlers, so its stack overflow leaves no note. Neither does
/// `_exit`, nor a process that was forked and did not `exec`. Another thread that
/// blocks all signals is left out.
///
/// # Errors
///
/// If the system refuses a thread, a pipe or `/proc/self/mem`; of the kind
/// [`Unsupported`](io::ErrorKind::Unsupported) unless this is Linux with the GNU
/// C library on x86-64 or aarch64.
///
/// ```
/// # fn main() -> std::io::Result<()> {
/// plugin_interface::crash_notes::install()?;
/// # Ok(())
/// # }
/// ```
#[cfg(feature = "crash-notes")]
pub fn install() -> io::Result<()> {
    system::install()
}

/// Adds a library that was opened just now, if notes are wanted.
pub(crate) fn add_library(image: &Image, path: &Path) {
    system::add_library(image, path);
}

/// Adds functions of a library.
pub(crate) fn add_functions(image: &Image, functions: impl FnOnce() -> Vec<NamedFunction>) {
    system::add_functions(image, functions);
}

/// Removes a library that is about to be closed.
pub(crate) fn remove_library(image: &Image) {
    system::remove_library(image);
}

/// Does something with a library whose code may run in it, as `what` says.
pub(crate) fn during<T>(path: &Path, what: &str, act: impl FnOnce() -> T) -> T {
    system::during(path, what, act)
}
