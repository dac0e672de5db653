//! Values on their way, when a panic or a refusal comes in between: what crossed
//! before it, and what was to come behind it, ends all the same.
#![expect(unsafe_code, reason = "ends what was lowered")]

use core::mem::ManuallyDrop;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::boundary::{FfiSafe, Invalid, Origin};
use crate::runtime::failure;

/// What was lowered, until it is sent. It ends with this if it is not.
#[doc(hidden)]
#[derive(Debug)]
#[repr(transparent)]
pub struct Lowered<T: FfiSafe>(T::Wire);

impl<T: FfiSafe> Lowered<T> {
    #[inline]
    pub fn of(value: T) -> Self {
        Lowered(value.lower())
    }

    #[inline]
    pub fn send(self) -> T::Wire {
        ManuallyDrop::new(self).0
    }
}

impl<T: FfiSafe> Drop for Lowered<T> {
    #[cold]
    fn drop(&mut self) {
        // SAFETY: lowered from a `T`, and lifted nowhere else.
        let end = || drop(unsafe { T::lift(self.0, Origin::Rust) });
        // A panic in there was reported when it happened.
        if let Err(payload) = catch_unwind(AssertUnwindSafe(end)) {
            failure::discard(payload);
        }
    }
}

/// What arrived, until it is lifted. It ends with this if it is not, unless it is a
/// foreign plugin's: that stays with the plugin.
pub(super) struct Arrived<T: FfiSafe>(T::Wire, Origin);

impl<T: FfiSafe> Arrived<T> {
    /// # Safety
    ///
    /// The wire is one of `T`, of that origin, which nobody else lifts.
    #[inline]
    pub(super) unsafe fn of(wire: T::Wire, origin: Origin) -> Self {
        Arrived(wire, origin)
    }

    /// # Safety
    ///
    /// What it borrows outlives `'a`.
    #[inline]
    pub(super) unsafe fn lift<'a>(self) -> Result<T::At<'a>, Invalid> {
        let Arrived(wire, origin) = *ManuallyDrop::new(self);
        // SAFETY: the contracts of `of` and of this function.
        unsafe { T::lift(wire, origin) }
    }
}

impl<T: FfiSafe> Drop for Arrived<T> {
    #[inline]
    fn drop(&mut self) {
        if self.1 != Origin::Foreign {
            drop(Lowered::<T>(self.0));
        }
    }
}

/// Wires in a row, to be lifted one by one. What is left when this is dropped
/// ends as [`Arrived`] does.
pub(super) struct Row<T: FfiSafe> {
    next: *const T::Wire,
    left: usize,
    origin: Origin,
}

impl<T: FfiSafe> Row<T> {
    /// # Safety
    ///
    /// `wires` leads to as many wires of `T`, of that origin, which nobody else
    /// lifts, and which stay where they are as long as this lives.
    #[inline]
    pub(super) unsafe fn of(wires: *const T::Wire, count: usize, origin: Origin) -> Self {
        Row { next: wires, left: count, origin }
    }
}

impl<T: FfiSafe> Iterator for Row<T> {
    type Item = Arrived<T>;

    #[inline]
    fn next(&mut self) -> Option<Arrived<T>> {
        self.left = self.left.checked_sub(1)?;
        // SAFETY: the contract of `of`: there was one left.
        unsafe {
            let wire = self.next.read();
            self.next = self.next.add(1);
            Some(Arrived(wire, self.origin))
        }
    }
}

impl<T: FfiSafe> Drop for Row<T> {
    #[inline]
    fn drop(&mut self) {
        self.for_each(drop);
    }
}
