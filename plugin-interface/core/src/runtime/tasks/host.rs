//! The functions of the host that run tasks.
#![expect(unsafe_code, reason = "calls back into the host")]

use core::mem::MaybeUninit;
use core::ptr::NonNull;
use core::time::Duration;

use crate::abi::{RawObject, RawSlice, RawTasks};
use crate::boundary::{BoxFuture, FfiSafe, Origin};
use crate::runtime::reported::take_message;

/// A reference to the tasks of an instance.
#[derive(Debug)]
pub(super) struct HostTasks(NonNull<RawTasks>);

// SAFETY: any thread may call its functions.
unsafe impl Send for HostTasks {}
// SAFETY: as above.
unsafe impl Sync for HostTasks {}

impl HostTasks {
    /// Adds a reference to what a host lends.
    ///
    /// # Safety
    ///
    /// `raw` is null or was handed over by a host, and is alive during the call.
    pub(super) unsafe fn of(raw: *const RawTasks) -> Option<Self> {
        let raw = NonNull::new(raw.cast_mut())?;
        // SAFETY: the contract of this function; it begins with its size.
        if unsafe { (*raw.as_ptr()).size } < size_of::<RawTasks>() {
            // There has been no shorter one.
            return None;
        }
        // SAFETY: alive, and has all fields.
        unsafe { ((*raw.as_ptr()).retain)(raw.as_ptr()) };
        Some(HostTasks(raw))
    }

    fn functions(&self) -> &RawTasks {
        // SAFETY: `self` has a reference to it.
        unsafe { self.0.as_ref() }
    }

    pub(super) fn spawn(&self, name: &str, future: BoxFuture<'static, ()>) -> u64 {
        let (name, future) = (RawSlice::of(name.as_bytes()), FfiSafe::lower(future));
        // SAFETY: `self` has a reference; the name lives across the call, and the
        // future is passed on.
        unsafe { (self.functions().spawn)(self.0.as_ptr(), name, future) }
    }

    pub(super) fn spawn_blocking(&self, name: &str, call: Box<dyn FnOnce() + Send>) -> u64 {
        let (name, call) = (RawSlice::of(name.as_bytes()), FfiSafe::lower(call));
        // SAFETY: as above, for the closure.
        unsafe { (self.functions().spawn_blocking)(self.0.as_ptr(), name, call) }
    }

    pub(super) fn abort(&self, number: u64) {
        // SAFETY: `self` has a reference.
        unsafe { (self.functions().abort)(self.0.as_ptr(), number) };
    }

    /// Returns the future, or the message of the executor's panic.
    pub(super) fn sleep(&self, duration: Duration) -> Result<BoxFuture<'static, ()>, String> {
        let nanoseconds = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        let mut future = MaybeUninit::<RawObject>::uninit();
        // SAFETY: `self` has a reference, and the place to write to lives across
        // the call.
        let failure =
            unsafe { (self.functions().sleep)(self.0.as_ptr(), nanoseconds, future.as_mut_ptr()) };
        if !failure.is_null() {
            // SAFETY: a failure that is returned is ours.
            return Err(unsafe { take_message(failure) });
        }
        // SAFETY: without a failure it was written, and is ours. Its own table says
        // whether its results are validated.
        let lifted =
            unsafe { <BoxFuture<'static, ()>>::lift(future.assume_init(), Origin::Foreign) };
        lifted.map_err(|error| error.to_string())
    }
}

impl Clone for HostTasks {
    fn clone(&self) -> Self {
        // SAFETY: `self` has a reference.
        unsafe { (self.functions().retain)(self.0.as_ptr()) };
        HostTasks(self.0)
    }
}

impl Drop for HostTasks {
    fn drop(&mut self) {
        // SAFETY: the reference of `self`, which is not used again.
        unsafe { (self.functions().release)(self.0.as_ptr()) };
    }
}
