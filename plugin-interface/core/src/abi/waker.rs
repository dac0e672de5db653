//! The waker of a task that polls a future of another library.

use core::ffi::c_void;

use super::{Failure, LibraryRef, Outcome, assert_layout};

const WORD: usize = size_of::<usize>();

/// A waker: borrowed for `poll`, or owned.
///
/// Any thread may use it. Its owner calls `wake` or `drop` once, and then
/// `release` of its `library_ref`.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct RawTaskWaker {
    /// The functions of the waker.
    pub table: *const TaskWakerTable,
    /// The argument of its functions.
    pub data: *const c_void,
    /// The library that created it. An owned waker holds a reference to it.
    pub library_ref: *const LibraryRef,
}

assert_layout!(RawTaskWaker {
    size: 3 * WORD,
    align: WORD,
    table: 0,
    data: WORD,
    library_ref: 2 * WORD
});

/// The functions of a waker. Each returns null, or its panic.
#[repr(C)]
#[derive(Debug)]
pub struct TaskWakerTable {
    /// Creates another waker of the same task, which the caller owns.
    pub clone: unsafe extern "C" fn(data: *const c_void) -> Outcome<RawTaskWaker>,
    /// Wakes the task, and drops the waker, which is owned.
    pub wake: unsafe extern "C" fn(data: *const c_void) -> *mut Failure,
    /// Wakes the task.
    pub wake_by_ref: unsafe extern "C" fn(data: *const c_void) -> *mut Failure,
    /// Drops the waker, which is owned.
    pub drop: unsafe extern "C" fn(data: *const c_void) -> *mut Failure,
}

assert_layout!(TaskWakerTable {
    size: 4 * WORD,
    align: WORD,
    clone: 0,
    wake: WORD,
    wake_by_ref: 2 * WORD,
    drop: 3 * WORD,
});
