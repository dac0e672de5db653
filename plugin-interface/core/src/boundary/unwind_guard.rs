//! Guards of received values: they drop a value that is not lifted, because an
//! earlier one panicked or was invalid.
#![expect(unsafe_code, reason = "drops values that were lowered")]

use core::mem::ManuallyDrop;

use crate::boundary::{FfiSafe, LiftError, LoweredGuard, Origin};

/// A received value, until it is lifted.
///
/// Dropping the guard drops the value. Only a value of a foreign plugin is not
/// dropped: it stays with the plugin.
pub(super) struct ReceivedGuard<T: FfiSafe>(T::Wire, Origin);

impl<T: FfiSafe> ReceivedGuard<T> {
    /// # Safety
    ///
    /// The wire is one of `T`, of that origin, and nothing else lifts it.
    #[inline]
    pub(super) unsafe fn new(wire: T::Wire, origin: Origin) -> Self {
        ReceivedGuard(wire, origin)
    }

    /// # Safety
    ///
    /// What it borrows outlives `'a`.
    #[inline]
    pub(super) unsafe fn lift<'a>(self) -> Result<T::At<'a>, LiftError> {
        let ReceivedGuard(wire, origin) = *ManuallyDrop::new(self);
        // SAFETY: the contracts of `new` and of this function.
        unsafe { T::lift(wire, origin) }
    }
}

impl<T: FfiSafe> Drop for ReceivedGuard<T> {
    #[inline]
    fn drop(&mut self) {
        if !self.1.is_foreign() {
            // SAFETY: the contract of `new`; it was not lifted.
            drop(unsafe { LoweredGuard::<T>::from_wire(self.0) });
        }
    }
}

/// An array of received values, which are lifted one by one.
///
/// Dropping it drops the remaining values as [`ReceivedGuard`] does.
pub(super) struct ReceivedGuards<T: FfiSafe> {
    next: *const T::Wire,
    left: usize,
    origin: Origin,
}

impl<T: FfiSafe> ReceivedGuards<T> {
    /// # Safety
    ///
    /// `wires` points to `count` wires of `T`, of that origin. Nothing else
    /// lifts them, and they are not moved as long as this lives.
    #[inline]
    pub(super) unsafe fn new(wires: *const T::Wire, count: usize, origin: Origin) -> Self {
        ReceivedGuards { next: wires, left: count, origin }
    }
}

impl<T: FfiSafe> Iterator for ReceivedGuards<T> {
    type Item = ReceivedGuard<T>;

    #[inline]
    fn next(&mut self) -> Option<ReceivedGuard<T>> {
        self.left = self.left.checked_sub(1)?;
        // SAFETY: the contract of `new`: at least one was left.
        unsafe {
            let wire = self.next.read();
            self.next = self.next.add(1);
            Some(ReceivedGuard(wire, self.origin))
        }
    }
}

impl<T: FfiSafe> Drop for ReceivedGuards<T> {
    #[inline]
    fn drop(&mut self) {
        self.for_each(drop);
    }
}
