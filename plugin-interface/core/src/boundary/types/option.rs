//! `Option<T>`: a tag and the value.
#![expect(unsafe_code, reason = "the tag decides whether the value is read")]

use core::mem::MaybeUninit;

use crate::abi::RawOption;
use crate::boundary::{
    ByCopy, Content, FfiSafe, LiftError, NeedsScope, Origin, Shape, returned_as_wire,
};

// SAFETY: the value is passed as its own wire, and read only if the tag is 1.
unsafe impl<T: FfiSafe> FfiSafe for Option<T> {
    type Wire = RawOption<T::Wire>;
    type At<'a> = Option<T::At<'a>>;
    type ByRef = ByCopy;
    const SHAPE: &'static Shape = &Shape::Apply("Option", &[T::SHAPE]);
    const NEEDS_SCOPE: NeedsScope = T::NEEDS_SCOPE;

    #[inline]
    fn lower(self) -> Self::Wire {
        match self {
            None => RawOption { some: 0, value: MaybeUninit::uninit() },
            Some(value) => RawOption { some: 1, value: MaybeUninit::new(value.lower()) },
        }
    }

    #[inline]
    unsafe fn lift<'a>(wire: Self::Wire, origin: Origin) -> Result<Self::At<'a>, LiftError> {
        match wire.some {
            0 => Ok(None),
            // SAFETY: the tag is 1, so the value is initialised; the rest is
            // the contract of this function.
            1 => unsafe { T::lift(wire.value.assume_init(), origin) }.map(Some),
            other => Err(LiftError::Tag(other)),
        }
    }

    #[inline]
    unsafe fn content(wire: Self::Wire, content: &mut Content) {
        content.bytes(&[wire.some]);
        if wire.some == 1 {
            // SAFETY: the tag is 1, so the value is initialised; the rest is
            // the contract of this function.
            unsafe { T::content(wire.value.assume_init(), content) }
        }
    }

    returned_as_wire!();
}
