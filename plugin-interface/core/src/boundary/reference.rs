//! `&T` and `&mut T` of plain data: a pointer, no copy.
#![expect(unsafe_code, reason = "references are made of pointers")]

use core::ffi::c_void;

use super::slice::check_foreign;
use super::{FfiSafe, Invalid, Origin, Plain, Shape, returned_as_wire};
use crate::abi::RawSlice;

// SAFETY: `Plain` says that the value has one layout on both sides.
unsafe impl<T: Plain> FfiSafe for &T {
    type Wire = *const c_void;
    type At<'a> = &'a T;
    const SHAPE: &'static Shape = &Shape::Ref(T::SHAPE);

    #[inline]
    fn lower(self) -> *const c_void {
        core::ptr::from_ref(self).cast()
    }

    #[inline]
    unsafe fn lift<'a>(ptr: *const c_void, origin: Origin) -> Result<Self::At<'a>, Invalid> {
        if origin == Origin::Foreign {
            // SAFETY: the caller vouches for the documented layout.
            unsafe { check_foreign::<T>(RawSlice { ptr, len: 1 }) }?;
        }
        // SAFETY: the pointer came from a reference that outlives 'a, or was
        // checked.
        Ok(unsafe { &*ptr.cast() })
    }

    returned_as_wire!();
}

// SAFETY: as for `&T`; lowering gives the exclusive borrow away.
unsafe impl<T: Plain> FfiSafe for &mut T {
    type Wire = *mut c_void;
    type At<'a> = &'a mut T;
    const SHAPE: &'static Shape = &Shape::RefMut(T::SHAPE);

    #[inline]
    fn lower(self) -> *mut c_void {
        core::ptr::from_mut(self).cast()
    }

    #[inline]
    unsafe fn lift<'a>(ptr: *mut c_void, origin: Origin) -> Result<Self::At<'a>, Invalid> {
        if origin == Origin::Foreign {
            // SAFETY: the caller vouches for the documented layout.
            unsafe { check_foreign::<T>(RawSlice { ptr, len: 1 }) }?;
        }
        // SAFETY: the pointer came from an exclusive reference that outlives
        // 'a, or was checked.
        Ok(unsafe { &mut *ptr.cast() })
    }

    returned_as_wire!();
}
