//! What wakes a task that a future of another side waits for.

use core::ffi::c_void;

use super::{Failure, LibraryRef, Outcome, assert_layout};

const WORD: usize = size_of::<usize>();

/// A waker: lent to `poll`, or owned.
///
/// It may be used from any thread. Its owner calls `wake` or `drop` once, and
/// then `release` of its keep.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct RawTaskWaker {
    /// What may be done with it.
    pub table: *const TaskWakerTable,
    /// What its functions take.
    pub data: *const c_void,
    /// Its maker, which is kept mapped by one that is owned.
    pub library_ref: *const LibraryRef,
}

assert_layout!(RawTaskWaker {
    size: 3 * WORD,
    align: WORD,
    table: 0,
    data: WORD,
    library_ref: 2 * WORD
});

/// The functions of a waker. Each gives null, or its panic.
#[repr(C)]
#[derive(Debug)]
pub struct TaskWakerTable {
    /// Another waker of the same task, owned.
    pub clone: unsafe extern "C" fn(data: *const c_void) -> Outcome<RawTaskWaker>,
    /// Wakes the task, and ends the waker, which is owned.
    pub wake: unsafe extern "C" fn(data: *const c_void) -> *mut Failure,
    /// Wakes the task.
    pub wake_by_ref: unsafe extern "C" fn(data: *const c_void) -> *mut Failure,
    /// Ends the waker, which is owned.
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
