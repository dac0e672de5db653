//! Stand-ins on systems that lack what Linux has.

use std::fs::{File, Metadata};
use std::io;

/// There are no leases: size and times of the file must do.
#[cfg(not(windows))]
pub(crate) fn take_lease(_: &File) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// There are no leases that could be lost.
#[cfg(not(windows))]
pub(crate) fn has_lease(_: &File) -> bool {
    true
}

/// Holes are not known, and copied.
pub(crate) fn has_holes(_: &Metadata) -> bool {
    false
}

/// The rest of the file is data.
pub(crate) fn next_data(file: &File, from: u64) -> io::Result<Option<u64>> {
    Ok((from < file.metadata()?.len()).then_some(from))
}

/// The only hole is the end.
pub(crate) fn next_hole(file: &File, _: u64) -> io::Result<Option<u64>> {
    Ok(Some(file.metadata()?.len()))
}

/// There are no fences on other threads.
pub(crate) fn register_fences() -> bool {
    false
}

/// There are no fences on other threads.
pub(crate) fn fence_all_threads() -> bool {
    false
}

/// A child outlives its parent.
pub(crate) fn end_with_parent() {}

/// The handlers of signals are not known.
pub(crate) fn caught_signals() -> impl Iterator<Item = (i32, usize)> {
    core::iter::empty()
}

/// The names of threads are not known.
pub(crate) fn thread_name(_: i32) -> Option<String> {
    None
}

/// The C library has no version that libraries ask for.
pub(crate) fn c_library() -> Option<String> {
    None
}

/// Returns the name of a signal.
pub(crate) fn signal_name(signal: i32) -> String {
    format!("signal {signal}")
}
