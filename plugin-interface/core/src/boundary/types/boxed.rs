//! `Box<T>`: moved if `T` is plain, else converted. The wire does not contain
//! the type of the target, so types can refer to themselves.
#![expect(unsafe_code, reason = "memory changes its owner")]

use core::marker::PhantomData;

use crate::abi::RawBox;
use crate::boundary::types::elements::content_of;
use crate::boundary::via::converts_via;
use crate::boundary::{
    Content, ConvertPointer, FfiSafe, LiftError, NeedsScope, Origin, Shape, SizedPointee,
};
use crate::runtime::allocator;

// SAFETY: the value is passed as its wire, in memory that its library frees; if
// `T` is plain, the wire is the value.
unsafe impl<T: FfiSafe> ConvertPointer<Box<T>> for SizedPointee {
    type Wire = RawBox;
    type At<'a> = Box<T::At<'a>>;
    type Slot = ();
    const SHAPE: &'static Shape = &Shape::Apply("Box", &[T::SHAPE]);
    const NEEDS_SCOPE: NeedsScope = T::NEEDS_SCOPE;

    #[inline]
    fn lower(value: Box<T>) -> RawBox {
        if T::PLAIN { into_raw(value) } else { into_raw(Box::new((*value).lower())) }
    }

    #[inline]
    unsafe fn lift<'a>(wire: RawBox, origin: Origin) -> Result<Self::At<'a>, LiftError> {
        let ptr = wire.ptr.cast::<T::Wire>();
        if origin.is_foreign() {
            check(ptr)?;
        }
        let wire = ReceivedBox::<T::Wire>(wire, PhantomData);
        // SAFETY: the pointer refers to one wire of `T`, lifted here and once.
        let value = unsafe { T::lift(ptr.read(), origin) }?;
        if T::PLAIN && wire.0.free.is_some_and(allocator::is_shared) {
            core::mem::forget(wire);
            // SAFETY: a plain wire is a value of this type, also at 'a; the
            // sender allocated it with the allocator of this library.
            return Ok(unsafe { Box::from_raw(ptr.cast()) });
        }
        Ok(Box::new(value))
    }

    #[inline]
    unsafe fn content(wire: RawBox, content: &mut Content) {
        // SAFETY: the contract of this function, for the one value in it.
        unsafe { content_of::<T>(wire.ptr, 1, content) }
    }
}

/// Converts a box to its raw form, which owns the memory.
#[inline]
fn into_raw<W>(value: Box<W>) -> RawBox {
    let free = (size_of::<W>() > 0).then(allocator::free_of_this_library);
    RawBox { ptr: Box::into_raw(value).cast(), free }
}

/// Checks a pointer of a foreign plugin. An invalid one is not released.
fn check<W>(ptr: *mut W) -> Result<(), LiftError> {
    if ptr.is_null() {
        Err(LiftError::Null)
    } else if !ptr.is_aligned() {
        Err(LiftError::Alignment(ptr.addr()))
    } else {
        Ok(())
    }
}

/// Memory for one `W`, which this library releases.
struct ReceivedBox<W>(RawBox, PhantomData<W>);

impl<W> Drop for ReceivedBox<W> {
    #[inline]
    fn drop(&mut self) {
        if let Some(free) = self.0.free {
            // SAFETY: `free` came with this memory, which is released once.
            unsafe { free(self.0.ptr, size_of::<W>(), align_of::<W>()) };
        }
    }
}

converts_via! {
    impl [T: FfiSafe] Box<[T]>,
    via: Vec<T>, at 'a: Box<[T::At<'a>]>,
    shape: Shape::Apply("Box", &[&Shape::Slice(T::SHAPE)]),
    lower: slice => slice.into_vec(),
    lift: vector => Ok(vector.into_boxed_slice()),
}

converts_via! {
    impl [] Box<str>,
    via: String, at 'a: Box<str>,
    shape: Shape::Apply("Box", &[&Shape::Named("str")]),
    lower: text => text.into_string(),
    lift: text => Ok(text.into_boxed_str()),
}
