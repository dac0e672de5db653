//! `&T` and `&mut T`: of plain data a pointer, no copy.
#![expect(unsafe_code, reason = "references are built from pointers")]

use core::ffi::c_void;

use crate::abi::RawSlice;
use crate::boundary::types::of_arguments::for_arguments;
use crate::boundary::types::slice::check_foreign;
use crate::boundary::{
    ByPointer, CallerScope, ConvertPointer, FfiSafe, LiftError, NeedsScope, Origin, Plain, Shape,
    SizedPointee,
};

// SAFETY: the contract of `ConvertPointer`, of the type's `ByRef`.
unsafe impl<'r, T: FfiSafe<ByRef: ConvertPointer<&'r T>>> ConvertPointer<&'r T> for SizedPointee {
    type Wire = <T::ByRef as ConvertPointer<&'r T>>::Wire;
    type At<'a> = <T::ByRef as ConvertPointer<&'r T>>::At<'a>;
    type Slot = ();
    const SHAPE: &'static Shape = <T::ByRef as ConvertPointer<&'r T>>::SHAPE;
    const NEEDS_SCOPE: NeedsScope = <T::ByRef as ConvertPointer<&'r T>>::NEEDS_SCOPE;

    #[inline]
    fn lower(value: &'r T) -> Self::Wire {
        <T::ByRef as ConvertPointer<&'r T>>::lower(value)
    }

    #[inline]
    unsafe fn lift<'a>(wire: Self::Wire, origin: Origin) -> Result<Self::At<'a>, LiftError> {
        // SAFETY: the contract of this function.
        unsafe { <T::ByRef as ConvertPointer<&'r T>>::lift(wire, origin) }
    }
}

// SAFETY: the value has one layout in both libraries.
unsafe impl<'r, T> ConvertPointer<&'r T> for ByPointer
where
    T: FfiSafe<ByRef = ByPointer>,
    for<'a> T::At<'a>: 'a,
{
    type Wire = *const c_void;
    type At<'a> = &'a T::At<'a>;
    type Slot = ();
    const SHAPE: &'static Shape = &Shape::Ref(T::SHAPE);

    #[inline]
    fn lower(value: &'r T) -> *const c_void {
        const { assert!(T::PLAIN) };
        core::ptr::from_ref(value).cast()
    }

    #[inline]
    unsafe fn lift<'a>(ptr: *const c_void, origin: Origin) -> Result<Self::At<'a>, LiftError> {
        const { assert!(T::PLAIN) };
        if origin.is_foreign() {
            // SAFETY: the contract of this function: the layout is the
            // documented one.
            let one = unsafe { check_foreign::<T>(RawSlice { ptr, len: 1 }) }?;
            if let Some(memory) = origin.lent_memory() {
                // SAFETY: checked above; the arguments outlive 'a.
                return unsafe { for_arguments::<T, T::At<'a>>(one, &*memory) }.map(|one| &one[0]);
            }
        }
        // SAFETY: the pointer came from a reference that outlives 'a, or was
        // checked.
        Ok(unsafe { &*ptr.cast() })
    }
}

// SAFETY: the contract of `ConvertPointer`, of the type's `ByRef`.
unsafe impl<'r, T: FfiSafe<ByRef: ConvertPointer<&'r mut T>>> ConvertPointer<&'r mut T>
    for SizedPointee
{
    type Wire = <T::ByRef as ConvertPointer<&'r mut T>>::Wire;
    type At<'a> = <T::ByRef as ConvertPointer<&'r mut T>>::At<'a>;
    type Slot = ();
    const SHAPE: &'static Shape = <T::ByRef as ConvertPointer<&'r mut T>>::SHAPE;
    const NEEDS_SCOPE: NeedsScope = <T::ByRef as ConvertPointer<&'r mut T>>::NEEDS_SCOPE;

    #[inline]
    fn lower(value: &'r mut T) -> Self::Wire {
        <T::ByRef as ConvertPointer<&'r mut T>>::lower(value)
    }

    #[inline]
    fn lower_argument(value: &'r mut T, scope: &CallerScope) -> Self::Wire {
        <T::ByRef as ConvertPointer<&'r mut T>>::lower_argument(value, scope)
    }

    #[inline]
    unsafe fn lift<'a>(wire: Self::Wire, origin: Origin) -> Result<Self::At<'a>, LiftError> {
        // SAFETY: the contract of this function.
        unsafe { <T::ByRef as ConvertPointer<&'r mut T>>::lift(wire, origin) }
    }
}

// SAFETY: as for `&T`; lowering consumes the exclusive borrow.
unsafe impl<'r, T: Plain> ConvertPointer<&'r mut T> for ByPointer {
    type Wire = *mut c_void;
    type At<'a> = &'a mut T;
    type Slot = ();
    const SHAPE: &'static Shape = &Shape::RefMut(T::SHAPE);

    #[inline]
    fn lower(value: &'r mut T) -> *mut c_void {
        const { assert!(T::PLAIN) };
        core::ptr::from_mut(value).cast()
    }

    #[inline]
    unsafe fn lift<'a>(ptr: *mut c_void, origin: Origin) -> Result<Self::At<'a>, LiftError> {
        const { assert!(T::PLAIN) };
        if origin.is_foreign() {
            if origin.lent_memory().is_some() {
                return Err(LiftError::Borrowed);
            }
            // SAFETY: the contract of this function: the layout is the
            // documented one.
            unsafe { check_foreign::<T>(RawSlice { ptr, len: 1 }) }?;
        }
        // SAFETY: the pointer came from an exclusive reference that outlives
        // 'a, or was checked.
        Ok(unsafe { &mut *ptr.cast() })
    }
}
