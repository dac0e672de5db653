//! The subscriber that a host offers to its libraries.

use core::ffi::c_void;

use super::{RawSlice, SetLogLevel, assert_layout};

const WORD: usize = size_of::<usize>();

/// A host's subscriber of the crate `tracing`.
///
/// A static of the host. `context` is that of
/// [`HostServices`](super::HostServices), and nothing here unwinds. A callsite is
/// what `callsite` returned. A span is a number that `new_span` or `clone_span`
/// returned; the host ignores others. Any thread may call the functions while the
/// library is mapped. New fields are only appended; `size` tells which exist.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HostTraces {
    /// `size_of::<HostTraces>()` of the host.
    pub size: usize,
    /// Hands over the function by which the library learns the host's level.
    /// Called once. The host calls it at once, and again until the library is
    /// about to be unmapped.
    pub follow: unsafe extern "C" fn(context: *mut c_void, set_level: SetLogLevel),
    /// Returns the host's own callsite that is equal to that of the library. It
    /// is never freed.
    pub callsite:
        unsafe extern "C" fn(context: *mut c_void, callsite: *const TraceCallsite) -> *const c_void,
    /// Returns 1 if the host's subscriber wants what this callsite has, and 0 if
    /// not. Asked right before `event` and `new_span`.
    pub enabled: unsafe extern "C" fn(context: *mut c_void, callsite: *const c_void) -> u8,
    /// Passes an event on. The parent is a span, or [`TraceCallsite::CONTEXTUAL`],
    /// or [`TraceCallsite::ROOT`]. `fields` are [`TraceField`]s.
    pub event: unsafe extern "C" fn(
        context: *mut c_void,
        callsite: *const c_void,
        parent: u64,
        fields: RawSlice,
    ),
    /// Begins a span, of which the library has one reference.
    pub new_span: unsafe extern "C" fn(
        context: *mut c_void,
        callsite: *const c_void,
        parent: u64,
        fields: RawSlice,
    ) -> u64,
    /// Adds values to a span.
    pub record: unsafe extern "C" fn(context: *mut c_void, span: u64, fields: RawSlice),
    /// Notes that a span follows from another one.
    pub follows: unsafe extern "C" fn(context: *mut c_void, span: u64, other: u64),
    /// Enters a span on this thread.
    pub enter: unsafe extern "C" fn(context: *mut c_void, span: u64),
    /// Exits a span on this thread.
    pub exit: unsafe extern "C" fn(context: *mut c_void, span: u64),
    /// Adds a reference to a span. For [`TraceCallsite::CURRENT`] it returns the
    /// current span of this thread, whosever it is.
    pub clone_span: unsafe extern "C" fn(context: *mut c_void, span: u64) -> u64,
    /// Drops a reference to a span. Returns 1 if it was the last.
    pub drop_span: unsafe extern "C" fn(context: *mut c_void, span: u64) -> u8,
    /// Returns 1 if this thread is in a span.
    pub is_in_span: unsafe extern "C" fn(context: *mut c_void) -> u8,
}

assert_layout!(HostTraces {
    size: 13 * WORD,
    align: WORD,
    size: 0,
    follow: WORD,
    callsite: 2 * WORD,
    enabled: 3 * WORD,
    event: 4 * WORD,
    new_span: 5 * WORD,
    record: 6 * WORD,
    follows: 7 * WORD,
    enter: 8 * WORD,
    exit: 9 * WORD,
    clone_span: 10 * WORD,
    drop_span: 11 * WORD,
    is_in_span: 12 * WORD,
});

/// A place in the source of a library that has spans or events. Everything is
/// borrowed for the call.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct TraceCallsite {
    /// `size_of::<TraceCallsite>()` of the plugin.
    pub size: usize,
    /// 1 is `Error`, 5 is `Trace`.
    pub level: u32,
    /// The line, from 1; 0 if unknown.
    pub line: u32,
    /// 1 if it has spans, 0 if it has events.
    pub is_span: usize,
    /// The name, UTF-8.
    pub name: RawSlice,
    /// The target, UTF-8.
    pub target: RawSlice,
    /// The path of the module, UTF-8; empty if unknown.
    pub module: RawSlice,
    /// The source file, UTF-8; empty if unknown.
    pub file: RawSlice,
    /// The names of its fields, as `RawSlice`s in UTF-8.
    pub fields: RawSlice,
}

impl TraceCallsite {
    /// The parent that is the current span of the thread.
    pub const CONTEXTUAL: u64 = 0;
    /// The parent of what has none.
    pub const ROOT: u64 = u64::MAX;
    /// The span that is the current one of the thread.
    pub const CURRENT: u64 = u64::MAX - 1;
}

assert_layout!(TraceCallsite {
    size: 8 + 12 * WORD,
    align: WORD,
    size: 0,
    level: WORD,
    line: WORD + 4,
    is_span: WORD + 8,
    name: 2 * WORD + 8,
    target: 4 * WORD + 8,
    module: 6 * WORD + 8,
    file: 8 * WORD + 8,
    fields: 10 * WORD + 8,
});

/// The value of one field. Everything is borrowed for the call.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct TraceField {
    /// The number of the field in its callsite, from 0.
    pub index: u32,
    /// One of the constants of this type.
    pub kind: u32,
    /// The bits of a number, the lower ones first. A smaller one is extended.
    pub bits: [u64; 2],
    /// The text, UTF-8, if it is not a number.
    pub text: RawSlice,
}

impl TraceField {
    /// A `bool`, as 0 or 1.
    pub const BOOL: u32 = 0;
    /// An `i64`.
    pub const I64: u32 = 1;
    /// A `u64`.
    pub const U64: u32 = 2;
    /// An `i128`.
    pub const I128: u32 = 3;
    /// A `u128`.
    pub const U128: u32 = 4;
    /// An `f64`.
    pub const F64: u32 = 5;
    /// A text.
    pub const STR: u32 = 6;
    /// An error, as its text.
    pub const ERROR: u32 = 7;
    /// Any other value, as its text of `Debug` or `Display`.
    pub const DEBUG: u32 = 8;
}

assert_layout!(TraceField { size: 24 + 2 * WORD, align: 8, index: 0, kind: 4, bits: 8, text: 24 });
