//! `&[T]` and `&mut [T]` of plain data: a pointer and a length, no copy.
#![expect(unsafe_code, reason = "slices are built from pointers")]

use crate::abi::RawSlice;
use crate::boundary::types::of_arguments::for_arguments;
use crate::boundary::{
    ByCopy, ByParts, ByPointer, CallerScope, ConvertPointer, FfiSafe, LiftError, NeedsScope,
    Origin, Shape, returned_as_wire,
};

/// Plain data: a type whose references and slices are passed by pointer,
/// without a copy.
///
/// It is implemented for numbers, `NonZero`, `bool`, `char` and arrays of
/// these. By `#[derive(FfiSafe)]` it is implemented for structs and enums of
/// these that are `Copy` and `#[repr(C)]`. Such an enum must not have explicit
/// discriminants.
///
/// ```
/// fn is_borrowed<T: plugin_interface::FfiSafe>() {}
/// is_borrowed::<&[[f32; 3]]>();
/// ```
///
/// # Safety
///
/// Nothing is owned, and `At<'_>` is `Self`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not plain data",
    label = "only plain data is passed by pointer",
    note = "plain data are numbers, `bool`, `char`, arrays of these, and structs and enums of these with `#[derive(Clone, Copy, FfiSafe)]` and `#[repr(C)]`; if `{Self}` is FFI-safe, pass it by value instead of a reference, and a `Vec` instead of a slice"
)]
pub unsafe trait Plain: FfiSafe<ByRef = ByPointer> + Copy + 'static {}

/// Checks a slice of a foreign plugin: its pointer, its length, and its
/// elements as values of `T`.
///
/// # Safety
///
/// `raw.ptr` is null or points to `raw.len` initialised wires of `T`.
pub(crate) unsafe fn check_foreign<T: FfiSafe>(raw: RawSlice) -> Result<RawSlice, LiftError> {
    if raw.len > isize::MAX as usize / size_of::<T>().max(1) {
        return Err(LiftError::Length(raw.len));
    }
    if raw.len == 0 {
        // In C an empty slice may be a null pointer.
        return Ok(RawSlice::of::<T>(&[]));
    }
    let elements = raw.ptr.cast::<T::Wire>();
    if elements.is_null() {
        return Err(LiftError::Null);
    }
    if !elements.is_aligned() {
        return Err(LiftError::Alignment(elements.addr()));
    }
    for i in 0..raw.len {
        // SAFETY: `i` is within the length, and the pointer is aligned.
        let wire = unsafe { elements.add(i).read() };
        // SAFETY: `T` is plain, so lifting it moves no ownership.
        unsafe { T::lift(wire, Origin::Foreign) }?;
    }
    Ok(raw)
}

// SAFETY: the contract of `ConvertPointer`.
unsafe impl<'r, T: FfiSafe<ByRef: ConvertPointer<&'r [T]>>> FfiSafe for &'r [T] {
    type Wire = <T::ByRef as ConvertPointer<&'r [T]>>::Wire;
    type At<'a> = <T::ByRef as ConvertPointer<&'r [T]>>::At<'a>;
    type ByRef = ByCopy;
    const SHAPE: &'static Shape = <T::ByRef as ConvertPointer<&'r [T]>>::SHAPE;
    const NEEDS_SCOPE: NeedsScope = <T::ByRef as ConvertPointer<&'r [T]>>::NEEDS_SCOPE;

    #[inline]
    fn lower(self) -> Self::Wire {
        <T::ByRef as ConvertPointer<&'r [T]>>::lower(self)
    }

    #[inline]
    unsafe fn lift<'a>(wire: Self::Wire, origin: Origin) -> Result<Self::At<'a>, LiftError> {
        // SAFETY: the contract of this function.
        unsafe { <T::ByRef as ConvertPointer<&'r [T]>>::lift(wire, origin) }
    }

    returned_as_wire!();
}

// SAFETY: the elements have one layout in both libraries.
unsafe impl<'r, T> ConvertPointer<&'r [T]> for ByPointer
where
    T: FfiSafe<ByRef = ByPointer>,
    for<'a> T::At<'a>: 'a,
{
    type Wire = RawSlice;
    type At<'a> = &'a [T::At<'a>];
    type Slot = ();
    const SHAPE: &'static Shape = &Shape::Ref(&Shape::Slice(T::SHAPE));

    #[inline]
    fn lower(slice: &'r [T]) -> RawSlice {
        const { assert!(T::PLAIN) };
        RawSlice::of(slice)
    }

    #[inline]
    unsafe fn lift<'a>(wire: RawSlice, origin: Origin) -> Result<Self::At<'a>, LiftError> {
        // SAFETY: the contract of this function; plain elements are their own
        // wires, also at 'a.
        unsafe { borrow::<T, T::At<'a>>(wire, origin) }
    }
}

/// Borrows a slice of plain elements, as values of `U`.
///
/// # Safety
///
/// As for `FfiSafe::lift` of `&[T]`; `T` is plain, and `U` is `T` at some
/// lifetime.
#[inline]
pub(crate) unsafe fn borrow<'a, T: FfiSafe, U>(
    wire: RawSlice,
    origin: Origin,
) -> Result<&'a [U], LiftError> {
    const { assert!(T::PLAIN) };
    let wire = match origin.is_foreign() {
        false => wire,
        // SAFETY: the contract of this function: the layout is the documented
        // one.
        true => unsafe { check_foreign::<T>(wire) }?,
    };
    if origin.is_foreign()
        && let Some(memory) = origin.lent_memory()
    {
        // SAFETY: checked above; the arguments outlive 'a.
        return unsafe { for_arguments::<T, U>(wire, &*memory) };
    }
    // SAFETY: the pointer and length came from a slice that outlives 'a, or
    // were checked.
    Ok(unsafe { core::slice::from_raw_parts(wire.ptr.cast(), wire.len) })
}

// SAFETY: the contract of `ConvertPointer`.
unsafe impl<'r, T: FfiSafe<ByRef: ConvertPointer<&'r mut [T]>>> FfiSafe for &'r mut [T] {
    type Wire = <T::ByRef as ConvertPointer<&'r mut [T]>>::Wire;
    type At<'a> = <T::ByRef as ConvertPointer<&'r mut [T]>>::At<'a>;
    type ByRef = ByParts;
    const SHAPE: &'static Shape = <T::ByRef as ConvertPointer<&'r mut [T]>>::SHAPE;
    const NEEDS_SCOPE: NeedsScope = <T::ByRef as ConvertPointer<&'r mut [T]>>::NEEDS_SCOPE;

    #[inline]
    fn lower(self) -> Self::Wire {
        <T::ByRef as ConvertPointer<&'r mut [T]>>::lower(self)
    }

    #[inline]
    fn lower_argument(self, scope: &CallerScope) -> Self::Wire {
        <T::ByRef as ConvertPointer<&'r mut [T]>>::lower_argument(self, scope)
    }

    #[inline]
    unsafe fn lift<'a>(wire: Self::Wire, origin: Origin) -> Result<Self::At<'a>, LiftError> {
        // SAFETY: the contract of this function.
        unsafe { <T::ByRef as ConvertPointer<&'r mut [T]>>::lift(wire, origin) }
    }

    returned_as_wire!();
}

// SAFETY: as for `&[T]`; lowering consumes the exclusive borrow.
unsafe impl<'r, T: Plain> ConvertPointer<&'r mut [T]> for ByPointer {
    type Wire = RawSlice;
    type At<'a> = &'a mut [T];
    type Slot = ();
    const SHAPE: &'static Shape = &Shape::RefMut(&Shape::Slice(T::SHAPE));

    #[inline]
    fn lower(slice: &'r mut [T]) -> RawSlice {
        const { assert!(T::PLAIN) };
        RawSlice { ptr: slice.as_mut_ptr().cast(), len: slice.len() }
    }

    #[inline]
    unsafe fn lift<'a>(wire: RawSlice, origin: Origin) -> Result<&'a mut [T], LiftError> {
        const { assert!(T::PLAIN) };
        let wire = match origin.is_foreign() {
            false => wire,
            true if origin.lent_memory().is_some() => return Err(LiftError::Borrowed),
            // SAFETY: the contract of this function: the layout is the
            // documented one.
            true => unsafe { check_foreign::<T>(wire) }?,
        };
        // SAFETY: the pointer and length came from an exclusive slice that
        // outlives 'a, or were checked.
        Ok(unsafe { core::slice::from_raw_parts_mut(wire.ptr.cast_mut().cast(), wire.len) })
    }
}
