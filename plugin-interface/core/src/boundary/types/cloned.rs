//! `&[T]` and `&T` of types that are not plain: passed as clones.
//!
//! The caller passes a clone as a `Vec<T>` or a `Box<T>`. The callee stores it
//! in the `CallScope`, and the method borrows it from there.
#![expect(unsafe_code, reason = "clones are borrowed from the scope of the call")]

use crate::abi::{RawBox, RawBuffer};
use crate::boundary::{ByCopy, ConvertPointer, FfiSafe, LiftError, NeedsScope, Origin, Shape};

/// A type whose references are passed as clones.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "a reference to `{Self}` cannot be passed between a host and a plugin",
    label = "this reference is passed as a copy, but its type is not `Clone`",
    note = "derive `Clone` for it, or pass it by value: `T` instead of `&T`, `Vec<T>` instead of `&[T]`; pass objects as `&dyn Trait`"
)]
pub trait PassedAsClone: FfiSafe + Clone {}

#[diagnostic::do_not_recommend]
impl<T: FfiSafe + Clone> PassedAsClone for T {}

// SAFETY: a vector is passed, and the scope stores it until the call ends. Its
// shape differs from that of a slice that is passed by pointer.
unsafe impl<'r, T> ConvertPointer<&'r [T]> for ByCopy
where
    T: PassedAsClone,
    for<'a> T::At<'a>: 'a,
{
    type Wire = RawBuffer;
    type At<'a> = &'a [T::At<'a>];
    type Slot = ();
    const SHAPE: &'static Shape = &Shape::Ref(&Shape::Apply("Vec", &[T::SHAPE]));
    const NEEDS_SCOPE: NeedsScope = NeedsScope::Always;

    fn lower(slice: &'r [T]) -> RawBuffer {
        slice.to_vec().lower()
    }

    unsafe fn lift<'a>(wire: RawBuffer, origin: Origin) -> Result<Self::At<'a>, LiftError> {
        // SAFETY: the contract of this function.
        let copy = unsafe { Vec::<T>::lift(wire, origin) }?;
        // SAFETY: borrowed for the call, whose scope stores it; what the caller
        // lends with it outlives the call.
        Ok(unsafe { &*store(copy, origin)? })
    }
}

// SAFETY: as above, with a box.
unsafe impl<'r, T> ConvertPointer<&'r T> for ByCopy
where
    T: PassedAsClone,
    for<'a> T::At<'a>: 'a,
{
    type Wire = RawBox;
    type At<'a> = &'a T::At<'a>;
    type Slot = ();
    const SHAPE: &'static Shape = &Shape::Ref(&Shape::Apply("Box", &[T::SHAPE]));
    const NEEDS_SCOPE: NeedsScope = NeedsScope::Always;

    fn lower(value: &'r T) -> RawBox {
        Box::new(value.clone()).lower()
    }

    unsafe fn lift<'a>(wire: RawBox, origin: Origin) -> Result<Self::At<'a>, LiftError> {
        // SAFETY: the contract of this function.
        let copy = unsafe { Box::<T>::lift(wire, origin) }?;
        // SAFETY: borrowed for the call, whose scope stores it; what the caller
        // lends with it outlives the call.
        Ok(unsafe { &**store(copy, origin)? })
    }
}

/// Stores a clone until the call ends.
///
/// # Safety
///
/// What the clone borrows outlives the call.
unsafe fn store<V>(copy: V, origin: Origin) -> Result<*const V, LiftError> {
    let scope = origin.call_scope().ok_or(LiftError::Borrowed)?;
    // SAFETY: a local variable of the call whose arguments are being lifted; the
    // contract of this function.
    Ok(unsafe { (*scope).store(copy) })
}
