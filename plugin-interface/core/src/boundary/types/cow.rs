//! `Cow<'_, str>` and `Cow<'_, [T]>`: borrowed or moved, as the sender holds
//! it.
#![expect(unsafe_code, reason = "text from Rust is not validated a second time")]

use std::borrow::Cow;

use crate::abi::{RawBuffer, RawSlice};
use crate::boundary::types::slice::borrow;
use crate::boundary::types::string::validate;
use crate::boundary::types::vec::lift_plain;
use crate::boundary::{ByCopy, FfiSafe, LiftError, Origin, Plain, Shape, returned_as_wire};

// SAFETY: a buffer without capacity owns nothing and is read as a slice; each
// other buffer is a vector.
unsafe impl<T: Plain> FfiSafe for Cow<'_, [T]> {
    type Wire = RawBuffer;
    type At<'a> = Cow<'a, [T]>;
    type ByRef = ByCopy;
    const SHAPE: &'static Shape = &Shape::Apply("Cow", &[&Shape::Slice(T::SHAPE)]);

    #[inline]
    fn lower(self) -> RawBuffer {
        match self {
            Cow::Borrowed(slice) => {
                let RawSlice { ptr, len } = RawSlice::of(slice);
                RawBuffer { ptr: ptr.cast_mut(), len, capacity: 0, free: None }
            }
            Cow::Owned(vector) => vector.lower(),
        }
    }

    #[inline]
    unsafe fn lift<'a>(wire: RawBuffer, origin: Origin) -> Result<Self::At<'a>, LiftError> {
        if wire.capacity == 0 {
            let slice = RawSlice { ptr: wire.ptr, len: wire.len };
            if origin.is_foreign()
                && let Some(memory) = origin.lent_memory()
            {
                // SAFETY: the contract of this function; borrowed until it is copied.
                let borrowed = unsafe { borrow::<T, T>(slice, Origin::Foreign) }?;
                // SAFETY: alive while the value is lifted.
                let is_lent = unsafe { &*memory }.has(slice.ptr.addr(), size_of_val(borrowed));
                return Ok(if is_lent { borrowed.into() } else { borrowed.to_vec().into() });
            }
            // SAFETY: the contract of this function; a vector without memory is
            // read as an empty slice.
            return unsafe { borrow::<T, T>(slice, origin) }.map(Cow::Borrowed);
        }
        // SAFETY: the contract of this function; plain types are `Self` at 'a.
        unsafe { lift_plain::<T, T>(wire, origin) }.map(Cow::Owned)
    }

    returned_as_wire!();
}

// SAFETY: a `Cow` of text is one of bytes that are UTF-8.
unsafe impl FfiSafe for Cow<'_, str> {
    type Wire = RawBuffer;
    type At<'a> = Cow<'a, str>;
    type ByRef = ByCopy;
    const SHAPE: &'static Shape = &Shape::Apply("Cow", &[&Shape::Named("str")]);

    #[inline]
    fn lower(self) -> RawBuffer {
        match self {
            Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()).lower(),
            Cow::Owned(text) => Cow::<[u8]>::Owned(text.into_bytes()).lower(),
        }
    }

    #[inline]
    unsafe fn lift<'a>(wire: RawBuffer, origin: Origin) -> Result<Self::At<'a>, LiftError> {
        // SAFETY: the contract of this function, for bytes.
        let bytes = unsafe { Cow::<[u8]>::lift(wire, origin) }?;
        if origin.is_foreign() {
            validate(&bytes)?;
        }
        // SAFETY: the bytes came from text, or were validated.
        Ok(unsafe {
            match bytes {
                Cow::Borrowed(bytes) => Cow::Borrowed(core::str::from_utf8_unchecked(bytes)),
                Cow::Owned(bytes) => Cow::Owned(String::from_utf8_unchecked(bytes)),
            }
        })
    }

    returned_as_wire!();
}
