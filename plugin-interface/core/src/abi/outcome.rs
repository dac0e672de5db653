//! The result of every call: a status word, then the value.

use core::ffi::c_void;
use core::mem::MaybeUninit;
use core::ptr;

use super::{RawSlice, assert_layout};

const WORD: usize = size_of::<usize>();

/// The status of a call whose method returned its own `Err`.
///
/// It is never the address of a [`Failure`], since those are aligned to a word.
pub const METHOD_ERROR: *mut Failure = ptr::without_provenance_mut(1);

/// The return of every call through a vtable.
///
/// `status` is null if `value` holds the method's value. It is [`METHOD_ERROR`]
/// if `value` holds the error of the method's own `Result`. Otherwise it is a
/// [`Failure`] that the caller frees. An outcome with a value of at most one
/// word is returned in two registers on System V and AAPCS64.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Outcome<V: Copy> {
    /// Null, [`METHOD_ERROR`], or an owned [`Failure`].
    pub status: *mut Failure,
    /// The value, initialised unless `status` is a `Failure`.
    pub value: MaybeUninit<V>,
}

assert_layout!(Outcome<u64> { size: WORD + 8, align: align_of::<u64>(), status: 0, value: 8 });

impl<V: Copy> Outcome<V> {
    /// The outcome of a method that returned `value`.
    #[inline]
    pub const fn ok(value: V) -> Self {
        Outcome { status: ptr::null_mut(), value: MaybeUninit::new(value) }
    }

    /// The outcome of a method that returned its own error, in `value`.
    #[inline]
    pub const fn method_error(value: V) -> Self {
        Outcome { status: METHOD_ERROR, value: MaybeUninit::new(value) }
    }

    /// The outcome of a method that did not return.
    #[inline]
    pub const fn failed(failure: *mut Failure) -> Self {
        Outcome { status: failure, value: MaybeUninit::uninit() }
    }
}

/// The reason of a call that did not return: the first word of [`Failure`].
///
/// ```
/// use plugin_interface::abi::FailureKind;
/// assert_eq!(FailureKind::PANIC.0, 2);
/// ```
#[repr(transparent)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FailureKind(pub u32);

impl FailureKind {
    /// A constructor returned an error.
    pub const ERROR: FailureKind = FailureKind(1);
    /// The code panicked.
    pub const PANIC: FailureKind = FailureKind(2);
    /// The host offers no service of that interface.
    pub const NOT_OFFERED: FailureKind = FailureKind(3);
    /// The host offers a service of that interface in an incompatible version.
    pub const INCOMPATIBLE: FailureKind = FailureKind(4);
    /// The process of the plugin is gone, or answered with something invalid.
    pub const LOST: FailureKind = FailureKind(5);
}

/// The report of a call that did not return, owned by the caller.
///
/// The callee allocates it; the caller reads it and calls `free` once.
#[repr(C)]
#[derive(Debug)]
pub struct Failure {
    /// The reason.
    pub kind: FailureKind,
    /// The line of the source where it happened, from 1; 0 if unknown.
    pub line: u32,
    /// The column, from 1; 0 if unknown.
    pub column: u32,
    /// Zero in version 1.
    pub reserved: u32,
    /// UTF-8 text that lives as long as the failure.
    pub message: RawSlice,
    /// The source file, UTF-8 that lives as long; empty if unknown.
    pub file: RawSlice,
    /// Releases the failure and its texts.
    pub free: unsafe extern "C" fn(*mut Failure),
}

assert_layout!(Failure {
    size: 16 + 5 * WORD,
    align: WORD,
    kind: 0,
    line: 4,
    column: 8,
    reserved: 12,
    message: 16,
    file: 16 + 2 * WORD,
    free: 16 + 4 * WORD,
});

const _: () = assert!(size_of::<*mut c_void>() == WORD);
