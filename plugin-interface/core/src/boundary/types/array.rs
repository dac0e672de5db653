//! `[T; N]`: by value; references to it by pointer if `T` is plain.
#![expect(unsafe_code, reason = "plain elements are copied as they lie")]

use core::mem::{MaybeUninit, transmute_copy};

use crate::abi::RawArray;
use crate::boundary::unwind_guard::ReceivedGuard;
use crate::boundary::{
    Content, FfiSafe, LiftError, LoweredGuard, NeedsScope, Origin, Plain, Shape, returned_as_wire,
};

// SAFETY: each element is passed as its own wire; if `T` is plain, the array of
// wires has the bits of the array.
unsafe impl<T: FfiSafe, const N: usize> FfiSafe for [T; N] {
    type Wire = RawArray<T::Wire, N>;
    type At<'a> = [T::At<'a>; N];
    type ByRef = T::ByRef;
    const SHAPE: &'static Shape = &Shape::Array(T::SHAPE, N);
    const PLAIN: bool = T::PLAIN;
    // SAFETY: `MaybeUninit` of wires in a row, and of a row of wires, are alike.
    const SAMPLE: MaybeUninit<Self::Wire> = unsafe { transmute_copy(&[T::SAMPLE; N]) };
    const NEEDS_SCOPE: NeedsScope = T::NEEDS_SCOPE;

    #[inline]
    fn lower(self) -> Self::Wire {
        if T::PLAIN {
            // SAFETY: both have the same size and bits; nothing is owned.
            return unsafe { transmute_copy(&self) };
        }
        RawArray(self.map(LoweredGuard::new).map(LoweredGuard::into_wire))
    }

    #[inline]
    unsafe fn lift<'a>(wire: Self::Wire, origin: Origin) -> Result<Self::At<'a>, LiftError> {
        if T::PLAIN && !origin.is_foreign() {
            // SAFETY: the bits were a value of this very type.
            return Ok(unsafe { transmute_copy(&wire) });
        }
        let mut invalid = None;
        // SAFETY: the contract of this function; each wire is lifted once.
        let received = wire.0.map(|wire| unsafe { ReceivedGuard::<T>::new(wire, origin) });
        let lifted = received.map(|element| {
            // SAFETY: the contract of this function.
            unsafe { element.lift() }.map_err(|error| invalid = Some(error)).ok()
        });
        match invalid {
            Some(error) => Err(error),
            None => Ok(lifted.map(|element| element.expect("none is invalid"))),
        }
    }

    #[inline]
    unsafe fn content(wire: Self::Wire, content: &mut Content) {
        for wire in wire.0 {
            // SAFETY: the contract of this function, for each element.
            unsafe { T::content(wire, content) }
        }
    }

    returned_as_wire!();
}

// SAFETY: an array of plain elements is plain.
unsafe impl<T: Plain, const N: usize> Plain for [T; N] {}
