//! `Box<T>`: moved where `T` is plain, converted where it is not. What is
//! behind the pointer does not show in the wire, so that types may refer to
//! themselves.
#![expect(unsafe_code, reason = "memory changes its owner")]

use core::marker::PhantomData;

use crate::abi::RawBox;
use crate::boundary::via::crosses_as;
use crate::boundary::{Carries, FfiSafe, Invalid, Lends, Origin, Shape, Value};
use crate::runtime::allocator;

// SAFETY: the value crosses as its wire, in memory that its maker frees; where
// `T` is plain the wire is the value.
unsafe impl<T: FfiSafe> Carries<Box<T>> for Value {
    type Wire = RawBox;
    type At<'a> = Box<T::At<'a>>;
    const SHAPE: &'static Shape = &Shape::Apply("Box", &[T::SHAPE]);
    const LENDS: Lends = T::LENDS;

    #[inline]
    fn lower(value: Box<T>) -> RawBox {
        if T::PLAIN { give(value) } else { give(Box::new((*value).lower())) }
    }

    #[inline]
    unsafe fn lift<'a>(wire: RawBox, origin: Origin) -> Result<Self::At<'a>, Invalid> {
        let ptr = wire.ptr.cast::<T::Wire>();
        if origin == Origin::Foreign {
            check(ptr)?;
        }
        let wire = Received::<T::Wire>(wire, PhantomData);
        // SAFETY: the pointer leads to one wire of `T`, lifted here and once.
        let value = unsafe { T::lift(ptr.read(), origin) }?;
        if T::PLAIN && wire.0.free.is_some_and(allocator::is_shared) {
            core::mem::forget(wire);
            // SAFETY: a plain wire is a value of this type, here and at 'a; the
            // sender allocated it with the very allocator that is ours.
            return Ok(unsafe { Box::from_raw(ptr.cast()) });
        }
        Ok(Box::new(value))
    }
}

/// Gives a box's memory away.
#[inline]
fn give<W>(value: Box<W>) -> RawBox {
    let free = (size_of::<W>() > 0).then(allocator::free_of_this_side);
    RawBox { ptr: Box::into_raw(value).cast(), free }
}

/// Refuses what no box can be; it is not released.
fn check<W>(ptr: *mut W) -> Result<(), Invalid> {
    if ptr.is_null() {
        Err(Invalid::Null)
    } else if !ptr.is_aligned() {
        Err(Invalid::Alignment(ptr.addr()))
    } else {
        Ok(())
    }
}

/// Memory for one `W` that is ours to release.
struct Received<W>(RawBox, PhantomData<W>);

impl<W> Drop for Received<W> {
    #[inline]
    fn drop(&mut self) {
        if let Some(free) = self.0.free {
            // SAFETY: `free` came with this memory, which is released once.
            unsafe { free(self.0.ptr, size_of::<W>(), align_of::<W>()) };
        }
    }
}

crosses_as! {
    impl [T: FfiSafe] Box<[T]>,
    carrier: Vec<T>, at 'a: Box<[T::At<'a>]>,
    shape: Shape::Apply("Box", &[&Shape::Slice(T::SHAPE)]),
    lower: slice => slice.into_vec(),
    lift: vector => Ok(vector.into_boxed_slice()),
}

crosses_as! {
    impl [] Box<str>,
    carrier: String, at 'a: Box<str>,
    shape: Shape::Apply("Box", &[&Shape::Named("str")]),
    lower: text => text.into_string(),
    lift: text => Ok(text.into_boxed_str()),
}
