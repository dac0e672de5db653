//! `&T` and `&[T]` that a method returns, as the caller reads them: of plain
//! data the reference itself, else a reference to a copy in the proxy.
//!
//! The macros write [`OfSelf`] where the author's type is such a reference. Its
//! wire and its shape are those of the reference. The proxy has one copy of
//! each value that its methods return.
#![expect(unsafe_code, reason = "implementations of FfiSafe guarantee layouts")]

use std::ffi::{CStr, OsStr};
use std::path::Path;

use crate::abi::{RawBox, RawBuffer};
use crate::boundary::{
    ByCopy, ByPointer, ByRef, Content, Copies, FfiSafe, LiftError, Origin, Shape, returned_as_wire,
};

/// A `&'s T` that borrows from `self`.
#[doc(hidden)]
#[derive(Debug)]
pub struct OfSelf<'s, T: ?Sized>(pub &'s T);

/// A type of which a method returns references, while the caller has copies of type `R`,
/// at any lifetime.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "a method cannot return a reference to `{Self}`",
    label = "the caller borrows a copy, so this type must own its data, and be `Clone`, `Send` and `Sync`",
    note = "derive `Clone` for it; or return it by value: `T` instead of `&T`, `Vec<T>` instead of `&[T]`, `Arc<dyn Trait>` instead of `&dyn Trait`"
)]
pub trait CopiedFromSelf<R>: FfiSafe {
    /// Keeps the value that a box is passed for.
    ///
    /// # Safety
    ///
    /// As for [`FfiSafe::lift`]. The copies of the origin outlive `'a`.
    #[doc(hidden)]
    unsafe fn keep<'a>(wire: RawBox, origin: Origin) -> Result<&'a R, LiftError>;

    /// Keeps the elements that a vector is passed for.
    ///
    /// # Safety
    ///
    /// As for `keep`.
    #[doc(hidden)]
    unsafe fn keep_all<'a>(wire: RawBuffer, origin: Origin) -> Result<&'a [R], LiftError>;
}

#[diagnostic::do_not_recommend]
impl<T, R> CopiedFromSelf<R> for T
where
    T: for<'a> FfiSafe<At<'a> = R>,
    R: Clone + Send + Sync + 'static,
{
    unsafe fn keep<'a>(wire: RawBox, origin: Origin) -> Result<&'a R, LiftError> {
        let mut content = Content::default();
        // SAFETY: the contract of this function; the value has one type at any
        // lifetime, so it borrows nothing that ends.
        let copy = unsafe {
            Box::<T>::content(wire, &mut content);
            Box::<T>::lift(wire, origin)
        }?;
        // SAFETY: the contract of this function.
        unsafe { copies(origin) }?.value(content.finish()?, copy)
    }

    unsafe fn keep_all<'a>(wire: RawBuffer, origin: Origin) -> Result<&'a [R], LiftError> {
        let mut content = Content::default();
        // SAFETY: as above.
        let copy = unsafe {
            Vec::<T>::content(wire, &mut content);
            Vec::<T>::lift(wire, origin)
        }?;
        // SAFETY: the contract of this function.
        unsafe { copies(origin) }?.slice(content.finish()?, copy)
    }
}

/// The way in which the caller of a method reads a reference that it returned.
#[doc(hidden)]
pub trait ReadBy {
    type By: ByRef;
}

/// A way to read a returned reference `P`.
///
/// # Safety
///
/// As for [`FfiSafe`] of `P`.
#[doc(hidden)]
pub unsafe trait ReadFromSelf<P: FfiSafe> {
    type At<'a>;

    /// # Safety
    ///
    /// As for [`FfiSafe::lift`]. The copies of the origin outlive `'a`.
    unsafe fn lift<'a>(wire: P::Wire, origin: Origin) -> Result<Self::At<'a>, LiftError>;
}

// SAFETY: the reference itself.
unsafe impl<P: FfiSafe> ReadFromSelf<P> for ByPointer {
    type At<'a> = P::At<'a>;

    #[inline]
    unsafe fn lift<'a>(wire: P::Wire, origin: Origin) -> Result<Self::At<'a>, LiftError> {
        // SAFETY: the contract of this function.
        unsafe { P::lift(wire, origin) }
    }
}

// SAFETY: a box is passed, and the proxy keeps it.
unsafe impl<'s, T> ReadFromSelf<&'s T> for ByCopy
where
    T: CopiedFromSelf<<T as FfiSafe>::At<'static>> + FfiSafe<At<'static>: 'static>,
    &'s T: FfiSafe<Wire = RawBox>,
{
    type At<'a> = &'a T::At<'static>;

    unsafe fn lift<'a>(wire: RawBox, origin: Origin) -> Result<Self::At<'a>, LiftError> {
        // SAFETY: the contract of this function.
        unsafe { T::keep(wire, origin) }
    }
}

// SAFETY: a vector is passed, and the proxy keeps its elements.
unsafe impl<'s, T> ReadFromSelf<&'s [T]> for ByCopy
where
    T: CopiedFromSelf<<T as FfiSafe>::At<'static>> + FfiSafe<At<'static>: 'static>,
    &'s [T]: FfiSafe<Wire = RawBuffer>,
{
    type At<'a> = &'a [T::At<'static>];

    unsafe fn lift<'a>(wire: RawBuffer, origin: Origin) -> Result<Self::At<'a>, LiftError> {
        // SAFETY: the contract of this function.
        unsafe { T::keep_all(wire, origin) }
    }
}

/// Returns the copies of the object whose method returned a value.
///
/// # Safety
///
/// They outlive `'a`.
pub(in crate::boundary) unsafe fn copies<'a>(origin: Origin) -> Result<&'a Copies, LiftError> {
    let copies = origin.copies().ok_or(LiftError::Borrowed)?;
    // SAFETY: the contract of this function.
    Ok(unsafe { &*copies })
}

macro_rules! of_self {
    ([$($generics:tt)*] $of:ty, read by $by_ref:ty $(, where $($clause:tt)*)?) => {
        // SAFETY: the wire of the reference, and the contract of the way to read it.
        unsafe impl<'s, $($generics)*> FfiSafe for OfSelf<'s, $of> $(where $($clause)*)? {
            type Wire = <&'s $of as FfiSafe>::Wire;
            type At<'a> = <$by_ref as ReadFromSelf<&'s $of>>::At<'a>;
            type ByRef = ByCopy;
            const SHAPE: &'static Shape = <&'s $of as FfiSafe>::SHAPE;

            #[inline]
            fn lower(self) -> Self::Wire {
                self.0.lower()
            }

            #[inline]
            unsafe fn lift<'a>(
                wire: Self::Wire,
                origin: Origin,
            ) -> Result<Self::At<'a>, LiftError> {
                // SAFETY: the contract of this function. An origin with copies is
                // that of an object that is borrowed for `'a`.
                unsafe { <$by_ref as ReadFromSelf<&'s $of>>::lift(wire, origin) }
            }

            returned_as_wire!();
        }

        impl<'s, $($generics)*> ReadBy for OfSelf<'s, $of> {
            type By = $by_ref;
        }
    };
}

of_self!(
    [T: FfiSafe] T, read by T::ByRef,
    where &'s T: FfiSafe, T::ByRef: ReadFromSelf<&'s T>
);
of_self!(
    [T: FfiSafe] [T], read by T::ByRef,
    where &'s [T]: FfiSafe, T::ByRef: ReadFromSelf<&'s [T]>
);
of_self!([] str, read by ByPointer);
of_self!([] Path, read by ByPointer);
of_self!([] OsStr, read by ByPointer);
of_self!([] CStr, read by ByPointer);
