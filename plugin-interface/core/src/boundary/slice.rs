//! `&[T]` and `&mut [T]`: a pointer and a length, no copy.
#![expect(unsafe_code, reason = "slices are taken apart and put together")]

use super::{FfiSafe, Invalid, Origin, Shape, returned_as_wire};
use crate::abi::RawSlice;

/// Plain data: a type whose references and slices cross by pointer, without a
/// copy.
///
/// Numbers, `NonZero`, `bool`, `char`, arrays of these, and structs and enums of
/// these that are `Copy` and `#[repr(C)]`, by
/// `#[derive(FfiSafe)]`. An enum must not number its
/// variants.
///
/// ```
/// fn is_borrowed<T: plugin_interface::FfiSafe>() {}
/// is_borrowed::<&[[f32; 3]]>();
/// ```
///
/// # Safety
///
/// `FfiSafe::PLAIN` is true, nothing is owned, and `At<'_>` is `Self`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be borrowed across the boundary",
    label = "only plain data crosses by pointer",
    note = "numbers, `bool`, `char`, arrays of these, and structs and enums of these with `#[derive(Clone, Copy, FfiSafe)]` and `#[repr(C)]` can; pass `{Self}` by value instead of a reference, and a `Vec` instead of a slice, if `{Self}` itself can cross"
)]
pub unsafe trait Plain: FfiSafe + Copy + 'static {}

/// Checks what a foreign plugin lent: a pointer, a length, and elements that
/// are values of `T`.
///
/// # Safety
///
/// `raw.ptr` is null or leads to `raw.len` initialised wires of `T`.
pub(super) unsafe fn check_foreign<T: FfiSafe>(raw: RawSlice) -> Result<RawSlice, Invalid> {
    if raw.len > isize::MAX as usize / size_of::<T>().max(1) {
        return Err(Invalid::Length(raw.len));
    }
    if raw.len == 0 {
        // C writes an empty slice as a null pointer.
        return Ok(RawSlice::of::<T>(&[]));
    }
    let elements = raw.ptr.cast::<T::Wire>();
    if elements.is_null() {
        return Err(Invalid::Null);
    }
    if !elements.is_aligned() {
        return Err(Invalid::Alignment(elements.addr()));
    }
    for i in 0..raw.len {
        // SAFETY: `i` is within the length, and the pointer is aligned.
        let wire = unsafe { elements.add(i).read() };
        // SAFETY: `T` is plain, so lifting it takes nothing over.
        unsafe { T::lift(wire, Origin::Foreign) }?;
    }
    Ok(raw)
}

// SAFETY: `Plain` says that the elements have one layout on both sides.
unsafe impl<T: Plain> FfiSafe for &[T] {
    type Wire = RawSlice;
    type At<'a> = &'a [T];
    const SHAPE: &'static Shape = &Shape::Ref(&Shape::Slice(T::SHAPE));

    #[inline]
    fn lower(self) -> RawSlice {
        RawSlice::of(self)
    }

    #[inline]
    unsafe fn lift<'a>(wire: RawSlice, origin: Origin) -> Result<Self::At<'a>, Invalid> {
        let wire = match origin == Origin::Foreign {
            false => wire,
            // SAFETY: the caller vouches for the documented layout.
            true => unsafe { check_foreign::<T>(wire) }?,
        };
        // SAFETY: the pointer and length came from a slice that outlives 'a,
        // or were checked.
        Ok(unsafe { core::slice::from_raw_parts(wire.ptr.cast(), wire.len) })
    }

    returned_as_wire!();
}

// SAFETY: as for `&[T]`; lowering gives the exclusive borrow away.
unsafe impl<T: Plain> FfiSafe for &mut [T] {
    type Wire = RawSlice;
    type At<'a> = &'a mut [T];
    const SHAPE: &'static Shape = &Shape::RefMut(&Shape::Slice(T::SHAPE));

    #[inline]
    fn lower(self) -> RawSlice {
        RawSlice { ptr: self.as_mut_ptr().cast(), len: self.len() }
    }

    #[inline]
    unsafe fn lift<'a>(wire: RawSlice, origin: Origin) -> Result<Self::At<'a>, Invalid> {
        let wire = match origin == Origin::Foreign {
            false => wire,
            // SAFETY: the caller vouches for the documented layout.
            true => unsafe { check_foreign::<T>(wire) }?,
        };
        // SAFETY: the pointer and length came from an exclusive slice that
        // outlives 'a, or were checked.
        Ok(unsafe { core::slice::from_raw_parts_mut(wire.ptr.cast_mut().cast(), wire.len) })
    }

    returned_as_wire!();
}
