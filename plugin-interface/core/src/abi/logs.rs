//! The logger that a host offers to its libraries.

use core::ffi::c_void;

use super::{RawSlice, assert_layout};

const WORD: usize = size_of::<usize>();

/// Sets the most verbose level that a library passes on: 0 is off, 1 is
/// `Error`, 5 is `Trace`. May call the host, which has no lock meanwhile. Must not
/// unwind.
pub type SetLogLevel = unsafe extern "C" fn(level: u32);

/// A host's logger.
///
/// A static of the host. `context` is that of
/// [`HostServices`](super::HostServices), and nothing here unwinds. New fields
/// are only appended; `size` tells which exist.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HostLogs {
    /// `size_of::<HostLogs>()` of the host.
    pub size: usize,
    /// Hands over the function by which the library learns the host's level.
    /// Called once. The host calls it at once, and again until the library is
    /// about to be unmapped.
    pub follow: unsafe extern "C" fn(context: *mut c_void, set_level: SetLogLevel),
    /// Returns 1 if the host's logger wants records of this level and target,
    /// and 0 if not.
    pub enabled: unsafe extern "C" fn(context: *mut c_void, level: u32, target: RawSlice) -> u8,
    /// Passes a record to the host's logger.
    pub log: unsafe extern "C" fn(context: *mut c_void, record: *const LogRecord),
    /// Flushes the host's logger.
    pub flush: unsafe extern "C" fn(context: *mut c_void),
}

assert_layout!(HostLogs {
    size: 5 * WORD,
    align: WORD,
    size: 0,
    follow: WORD,
    enabled: 2 * WORD,
    log: 3 * WORD,
    flush: 4 * WORD,
});

/// One record of a log. Everything is borrowed for the call.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct LogRecord {
    /// `size_of::<LogRecord>()` of the plugin.
    pub size: usize,
    /// 1 is `Error`, 5 is `Trace`.
    pub level: u32,
    /// The line, from 1; 0 if unknown.
    pub line: u32,
    /// The target, UTF-8.
    pub target: RawSlice,
    /// The path of the module, UTF-8; empty if unknown.
    pub module: RawSlice,
    /// The source file, UTF-8; empty if unknown.
    pub file: RawSlice,
    /// The formatted message, UTF-8.
    pub message: RawSlice,
}

assert_layout!(LogRecord {
    size: 8 + 9 * WORD,
    align: WORD,
    size: 0,
    level: WORD,
    line: WORD + 4,
    target: WORD + 8,
    module: 3 * WORD + 8,
    file: 5 * WORD + 8,
    message: 7 * WORD + 8,
});
