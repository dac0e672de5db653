//! The functions by which a plugin spawns tasks.
#![expect(unsafe_code, reason = "is called back by plugins")]

use std::mem;
use std::sync::Arc;
use std::time::Duration;

use super::group::Group;
use crate::BoxFuture;
use crate::abi::{Failure, RawObject, RawSlice, RawTasks};
use crate::boundary::{FfiSafe, Origin};
use crate::runtime::failure;
use crate::runtime::reported::text_of;

/// What a plugin has of its group. It is in an `Arc`, of which the plugin owns some
/// of the counts.
#[repr(C)]
pub(super) struct Offered {
    /// First: a plugin has a pointer to this field.
    raw: RawTasks,
    pub(super) group: Arc<Group>,
}

impl Offered {
    pub(super) fn new(group: Arc<Group>) -> Arc<Self> {
        let size = size_of::<RawTasks>();
        let raw = RawTasks { size, retain, release, spawn, spawn_blocking, abort, sleep };
        Arc::new(Offered { raw, group })
    }

    /// Returns what a context lends, for as long as `offered` lives.
    pub(super) fn lend(offered: &Arc<Self>) -> *const RawTasks {
        Arc::as_ptr(offered).cast()
    }
}

/// # Safety
///
/// `this` was lent or retained, and neither is over. So do all below.
unsafe fn group<'a>(this: *const RawTasks) -> &'a Arc<Group> {
    // SAFETY: the contract of this function: the first field of an `Offered`.
    &unsafe { &*this.cast::<Offered>() }.group
}

unsafe extern "C" fn retain(this: *const RawTasks) {
    // SAFETY: the plugin passes what it was lent, or has retained.
    unsafe { Arc::increment_strong_count(this.cast::<Offered>()) };
}

unsafe extern "C" fn release(this: *const RawTasks) {
    // SAFETY: the plugin releases what it has retained, once.
    let offered = unsafe { Arc::from_raw(this.cast::<Offered>()) };
    // If it was the last, the executor may be dropped, which is the host's code.
    let _ = failure::contain(|| drop(offered));
}

unsafe extern "C" fn spawn(this: *const RawTasks, name: RawSlice, future: RawObject) -> u64 {
    // SAFETY: the plugin passes a future without a result, by value.
    let future = unsafe { <BoxFuture<'static, ()>>::lift(future, Origin::Foreign) };
    // SAFETY: the plugin passes what it was lent or has retained, and a text for
    // this call.
    let (group, name) = unsafe { (group(this), text_of(name)) };
    future.map_or(0, |future| group.spawn(&name, future))
}

unsafe extern "C" fn spawn_blocking(this: *const RawTasks, name: RawSlice, call: RawObject) -> u64 {
    // SAFETY: the plugin passes a closure of this type, by value.
    let call = unsafe { <Box<dyn FnOnce() + Send>>::lift(call, Origin::Foreign) };
    // SAFETY: as above.
    let (group, name) = unsafe { (group(this), text_of(name)) };
    call.map_or(0, |call| group.spawn_blocking(&name, call))
}

unsafe extern "C" fn abort(this: *const RawTasks, number: u64) {
    // SAFETY: as above.
    unsafe { group(this) }.abort(number);
}

unsafe extern "C" fn sleep(
    this: *const RawTasks,
    nanoseconds: u64,
    future: *mut RawObject,
) -> *mut Failure {
    // SAFETY: as above.
    match unsafe { group(this) }.sleep(Duration::from_nanos(nanoseconds)) {
        Ok(sleep) => {
            // SAFETY: the plugin passes a place that is valid for writes.
            unsafe { future.write(FfiSafe::lower(sleep)) };
            std::ptr::null_mut()
        }
        Err(message) => failure::panicked(message, None),
    }
}

const _: () = assert!(mem::offset_of!(Offered, raw) == 0);
