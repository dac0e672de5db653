//! `&[T]` and `&T` of types that are not plain: the caller gives a copy away, as a
//! `Vec<T>` or a `Box<T>`, and the callee lends that to the method, from a place
//! in the call.
#![expect(unsafe_code, reason = "what is kept in the call is borrowed from there")]

use crate::abi::{RawBox, RawBuffer};
use crate::boundary::{ByCopy, ConvertPointer, FfiSafe, LiftError, NeedsScope, Origin, Shape};

/// A type whose references cross as copies.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "a reference to `{Self}` cannot be passed between a host and a plugin",
    label = "this reference is passed as a copy, but its type is not `Clone`",
    note = "derive `Clone` for it, or pass it by value: `T` instead of `&T`, `Vec<T>` instead of `&[T]`; pass objects as `&dyn Trait`"
)]
pub trait PassedAsClone: FfiSafe + Clone {}

#[diagnostic::do_not_recommend]
impl<T: FfiSafe + Clone> PassedAsClone for T {}

// SAFETY: a vector crosses, and what is made of it lies in the call until that
// ends. It is named by another name than a slice that is passed by pointer.
unsafe impl<'r, T> ConvertPointer<&'r [T]> for ByCopy
where
    T: PassedAsClone,
    for<'a> T::At<'a>: 'a,
{
    type Wire = RawBuffer;
    type At<'a> = &'a [T::At<'a>];
    const SHAPE: &'static Shape = &Shape::Ref(&Shape::Apply("Vec", &[T::SHAPE]));
    const NEEDS_SCOPE: NeedsScope = NeedsScope::Always;

    fn lower(slice: &'r [T]) -> RawBuffer {
        slice.to_vec().lower()
    }

    unsafe fn lift<'a>(wire: RawBuffer, origin: Origin) -> Result<Self::At<'a>, LiftError> {
        // SAFETY: the contract of this function.
        let copy = unsafe { Vec::<T>::lift(wire, origin) }?;
        // SAFETY: borrowed for the call, in which it is kept.
        Ok(unsafe { &*store(copy, origin)? })
    }
}

// SAFETY: as above, of a box.
unsafe impl<'r, T> ConvertPointer<&'r T> for ByCopy
where
    T: PassedAsClone,
    for<'a> T::At<'a>: 'a,
{
    type Wire = RawBox;
    type At<'a> = &'a T::At<'a>;
    const SHAPE: &'static Shape = &Shape::Ref(&Shape::Apply("Box", &[T::SHAPE]));
    const NEEDS_SCOPE: NeedsScope = NeedsScope::Always;

    fn lower(value: &'r T) -> RawBox {
        Box::new(value.clone()).lower()
    }

    unsafe fn lift<'a>(wire: RawBox, origin: Origin) -> Result<Self::At<'a>, LiftError> {
        // SAFETY: the contract of this function.
        let copy = unsafe { Box::<T>::lift(wire, origin) }?;
        // SAFETY: borrowed for the call, in which it is kept.
        Ok(unsafe { &**store(copy, origin)? })
    }
}

/// Where a copy lies until the call ends.
fn store<V>(copy: V, origin: Origin) -> Result<*const V, LiftError> {
    let scope = origin.call_scope().ok_or(LiftError::Borrowed)?;
    // SAFETY: a local of the call whose arguments are being lifted.
    Ok(unsafe { &*scope }.store(copy))
}
