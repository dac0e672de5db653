//! Values on their way, when a panic or a refusal comes in between: what crossed
//! before it, and what was to come behind it, ends all the same.
#![expect(unsafe_code, reason = "ends what was lowered")]

use core::mem::ManuallyDrop;

use crate::boundary::{FfiSafe, LiftError, LoweredGuard, Origin};

/// What received, until it is lifted. It ends with this if it is not, unless it is a
/// foreign plugin's: that stays with the plugin.
pub(super) struct ReceivedGuard<T: FfiSafe>(T::Wire, Origin);

impl<T: FfiSafe> ReceivedGuard<T> {
    /// # Safety
    ///
    /// The wire is one of `T`, of that origin, which nobody else lifts.
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
        // SAFETY: the contracts of `of` and of this function.
        unsafe { T::lift(wire, origin) }
    }
}

impl<T: FfiSafe> Drop for ReceivedGuard<T> {
    #[inline]
    fn drop(&mut self) {
        if self.1 != Origin::Foreign {
            // SAFETY: the contract of `new`; it is not lifted any more.
            drop(unsafe { LoweredGuard::<T>::from_wire(self.0) });
        }
    }
}

/// Wires in a row, to be lifted one by one. What is left when this is dropped
/// ends as [`ReceivedGuard`] does.
pub(super) struct ReceivedGuards<T: FfiSafe> {
    next: *const T::Wire,
    left: usize,
    origin: Origin,
}

impl<T: FfiSafe> ReceivedGuards<T> {
    /// # Safety
    ///
    /// `wires` leads to as many wires of `T`, of that origin, which nobody else
    /// lifts, and which stay where they are as long as this lives.
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
        // SAFETY: the contract of `of`: there was one left.
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
