//! `&mut [&mut [T]]` of plain data: the places of the slices, whose elements are
//! not copied.
//!
//! The caller lists the places in its scope. The callee reads the list, and
//! stores the slices in the `CallScope`. So the elements are those of the
//! caller, and the outer slice is the callee's: exchanging slices in it changes
//! nothing for the caller.
#![expect(unsafe_code, reason = "slices are built from pointers")]

use core::ptr::NonNull;

use crate::abi::RawSlice;
use crate::boundary::caller_scope::Lent;
use crate::boundary::{
    ByParts, ByPointer, CallerScope, ConvertPointer, LiftError, NeedsScope, Origin, Plain, Shape,
};

// SAFETY: the wire is a slice of the wires of `&mut [T]`, which the scope of the
// caller owns. Lowering consumes the exclusive borrow.
unsafe impl<'r, 's, T: Plain> ConvertPointer<&'r mut [&'s mut [T]]> for ByParts {
    type Wire = RawSlice;
    type At<'a> = &'a mut [&'a mut [T]];
    type Slot = ();
    const SHAPE: &'static Shape =
        &Shape::RefMut(&Shape::Slice(&Shape::RefMut(&Shape::Slice(T::SHAPE))));
    const NEEDS_SCOPE: NeedsScope = NeedsScope::Always;

    fn lower(_: &'r mut [&'s mut [T]]) -> RawSlice {
        const {
            // In terms of `T`, so that it is evaluated for a use only.
            assert!(
                size_of::<T>() == usize::MAX,
                "a `&mut [&mut [T]]` must be a parameter of its own, because the call stores a list of the slices: take it beside the others"
            );
        }
        unreachable!()
    }

    fn lower_argument(slices: &'r mut [&'s mut [T]], scope: &CallerScope) -> RawSlice {
        let lower =
            |slice: &'r mut &'s mut [T]| <ByPointer as ConvertPointer<&'r mut [T]>>::lower(slice);
        let list = slices.iter_mut().map(lower).collect();
        let lent = scope.lend(|before, _| LentSlices { before, list });
        // SAFETY: stored in the scope, which outlives the call.
        RawSlice::of(unsafe { &(*lent.as_ptr()).list })
    }

    #[inline(always)]
    unsafe fn lift<'a>(wire: RawSlice, origin: Origin) -> Result<Self::At<'a>, LiftError> {
        let scope = origin.call_scope().ok_or(LiftError::Borrowed)?;
        // SAFETY: the contract of this function: a list that outlives 'a.
        let list = unsafe { list_of(wire, origin) }?;
        let lift = |slice: &RawSlice| {
            // SAFETY: the contract of this function, for each slice.
            unsafe { <ByPointer as ConvertPointer<&'a mut [T]>>::lift(*slice, origin) }
        };
        let slices = list.iter().map(lift).collect::<Result<Box<[&'a mut [T]]>, _>>()?;
        // SAFETY: a local variable of the call whose arguments are being lifted;
        // the caller's slices outlive the call.
        Ok(unsafe { &mut *(*scope).store(slices) })
    }
}

/// Returns the list that a caller passes.
///
/// # Safety
///
/// The pointer leads to that many slices for `'a`. It may be anything if the
/// origin is foreign and there are none.
#[inline(always)]
unsafe fn list_of<'a>(wire: RawSlice, origin: Origin) -> Result<&'a [RawSlice], LiftError> {
    let list = wire.ptr.cast::<RawSlice>();
    if origin.is_foreign() {
        // In C an empty list may be a null pointer.
        match wire.len {
            0 => return Ok(&[]),
            len if len > isize::MAX as usize / size_of::<RawSlice>() => {
                return Err(LiftError::Length(len));
            }
            _ if list.is_null() => return Err(LiftError::Null),
            _ if !list.is_aligned() => return Err(LiftError::Alignment(list.addr())),
            _ => {}
        }
    }
    // SAFETY: the contract of this function, and checked above.
    Ok(unsafe { core::slice::from_raw_parts(list, wire.len) })
}

/// The places of the slices that a caller lends.
struct LentSlices {
    before: Option<NonNull<dyn Lent>>,
    list: Box<[RawSlice]>,
}

// SAFETY: there is nothing to replace.
unsafe impl Lent for LentSlices {
    fn before(&self) -> Option<NonNull<dyn Lent>> {
        self.before
    }

    fn take_back(&mut self) -> Result<(), LiftError> {
        Ok(())
    }

    unsafe fn commit(&mut self) {}
}
