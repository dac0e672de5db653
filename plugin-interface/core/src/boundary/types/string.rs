//! `&str` and `String`: slices and vectors of bytes that are UTF-8.
#![expect(unsafe_code, reason = "text from Rust is not validated a second time")]

use crate::abi::{RawBuffer, RawSlice};
use crate::boundary::{ByCopy, Content, FfiSafe, LiftError, Origin, Shape, returned_as_wire};

pub(crate) fn validate(bytes: &[u8]) -> Result<(), LiftError> {
    match core::str::from_utf8(bytes) {
        Ok(_) => Ok(()),
        Err(error) => Err(LiftError::Text(error.valid_up_to())),
    }
}

// SAFETY: a `&str` is a slice of bytes.
unsafe impl FfiSafe for &str {
    type Wire = RawSlice;
    type At<'a> = &'a str;
    type ByRef = ByCopy;
    const SHAPE: &'static Shape = &Shape::Ref(&Shape::Named("str"));

    #[inline]
    fn lower(self) -> RawSlice {
        self.as_bytes().lower()
    }

    #[inline]
    unsafe fn lift<'a>(wire: RawSlice, origin: Origin) -> Result<Self::At<'a>, LiftError> {
        // SAFETY: the contract of this function, for bytes.
        let bytes = unsafe { <&[u8]>::lift(wire, origin) }?;
        if origin.is_foreign() {
            validate(bytes)?;
        }
        // SAFETY: the bytes came from a `&str`, or were validated.
        Ok(unsafe { core::str::from_utf8_unchecked(bytes) })
    }

    returned_as_wire!();
}

// SAFETY: a `String` is a vector of bytes.
unsafe impl FfiSafe for String {
    type Wire = RawBuffer;
    type At<'a> = String;
    type ByRef = ByCopy;
    const SHAPE: &'static Shape = &Shape::Named("String");

    #[inline]
    fn lower(self) -> RawBuffer {
        self.into_bytes().lower()
    }

    #[inline]
    unsafe fn lift<'a>(wire: RawBuffer, origin: Origin) -> Result<Self::At<'a>, LiftError> {
        // SAFETY: the contract of this function, for bytes.
        let bytes = unsafe { <Vec<u8>>::lift(wire, origin) }?;
        if origin.is_foreign() {
            validate(&bytes)?;
        }
        // SAFETY: the bytes came from a `String`, or were validated.
        Ok(unsafe { String::from_utf8_unchecked(bytes) })
    }

    #[inline]
    unsafe fn content(wire: RawBuffer, content: &mut Content) {
        // SAFETY: the contract of this function, for bytes.
        unsafe { <Vec<u8>>::content(wire, content) }
    }

    returned_as_wire!();
}
