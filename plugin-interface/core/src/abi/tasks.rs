//! The executor that a host lends to an instance.

use super::{Failure, RawObject, RawSlice, assert_layout};

const WORD: usize = size_of::<usize>();

/// The tasks of one instance, on the executor of its host.
///
/// The host owns it. Who stores it calls `retain`, and `release` once for that.
/// Each function takes it as the first argument, may be called on any thread as
/// long as the library is mapped, and does not unwind. New fields are only
/// appended; `size` tells which exist.
#[repr(C)]
#[derive(Debug)]
pub struct RawTasks {
    /// `size_of::<RawTasks>()` of the host.
    pub size: usize,
    /// Adds a reference.
    pub retain: unsafe extern "C" fn(this: *const RawTasks),
    /// Releases the reference of one `retain`.
    pub release: unsafe extern "C" fn(this: *const RawTasks),
    /// Takes a future without a result and polls it to its end, under that name.
    /// Returns its number; 0 if the future was dropped, because the instance is
    /// being destroyed.
    pub spawn:
        unsafe extern "C" fn(this: *const RawTasks, name: RawSlice, future: RawObject) -> u64,
    /// Takes a closure without arguments and calls it once, on a thread that may
    /// wait. Otherwise as `spawn`.
    pub spawn_blocking:
        unsafe extern "C" fn(this: *const RawTasks, name: RawSlice, call: RawObject) -> u64,
    /// Drops the future of that number as soon as it is not being polled, or the
    /// closure if it was not called yet. Does nothing if it has ended.
    pub abort: unsafe extern "C" fn(this: *const RawTasks, number: u64),
    /// Stores a future that is ready in so many nanoseconds, which the caller
    /// owns, and returns null. Otherwise returns the failure of the executor.
    pub sleep: unsafe extern "C" fn(
        this: *const RawTasks,
        nanoseconds: u64,
        future: *mut RawObject,
    ) -> *mut Failure,
}

assert_layout!(RawTasks {
    size: 7 * WORD,
    align: WORD,
    size: 0,
    retain: WORD,
    release: 2 * WORD,
    spawn: 3 * WORD,
    spawn_blocking: 4 * WORD,
    abort: 5 * WORD,
    sleep: 6 * WORD,
});
