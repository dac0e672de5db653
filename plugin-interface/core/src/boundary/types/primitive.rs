//! Numbers, `NonZero`, `bool`, `char` and `()`: copied, in registers.
#![expect(unsafe_code, reason = "implementations of FfiSafe guarantee layouts")]

use core::mem::MaybeUninit;
use core::num::NonZero;

use crate::boundary::{
    ByCopy, ByPointer, Content, FfiSafe, LiftError, Origin, Plain, Shape, returned_as_wire,
};

macro_rules! numbers {
    ($($ty:ident)*) => {$(
        // SAFETY: the wire is the type itself, a scalar with one layout.
        unsafe impl FfiSafe for $ty {
            type Wire = $ty;
            type At<'a> = $ty;
            type ByRef = ByPointer;
            const SHAPE: &'static Shape = &Shape::Named(stringify!($ty));
            const SAMPLE: MaybeUninit<$ty> = MaybeUninit::new(<$ty>::MIN);

            #[inline]
            fn lower(self) -> $ty {
                self
            }

            #[inline]
            unsafe fn lift<'a>(wire: $ty, _: Origin) -> Result<Self::At<'a>, LiftError> {
                Ok(wire)
            }

            #[inline]
            unsafe fn content(wire: Self::Wire, content: &mut Content) {
                content.bytes(&wire.to_ne_bytes());
            }

            returned_as_wire!();
        }

        // SAFETY: every bit pattern is a value, and nothing is owned.
        unsafe impl Plain for $ty {}
    )*};
}

numbers!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize f32 f64);

macro_rules! nonzero {
    ($($ty:ident)*) => {$(
        // SAFETY: `NonZero` has the layout of its number.
        unsafe impl FfiSafe for NonZero<$ty> {
            type Wire = $ty;
            type At<'a> = NonZero<$ty>;
            type ByRef = ByPointer;
            const SHAPE: &'static Shape = &Shape::Apply("NonZero", &[<$ty>::SHAPE]);
            const SAMPLE: MaybeUninit<$ty> = MaybeUninit::new(1);

            #[inline]
            fn lower(self) -> $ty {
                self.get()
            }

            #[inline]
            unsafe fn lift<'a>(wire: $ty, _: Origin) -> Result<Self::At<'a>, LiftError> {
                NonZero::new(wire).ok_or(LiftError::Zero)
            }

            #[inline]
            unsafe fn content(wire: Self::Wire, content: &mut Content) {
                content.bytes(&wire.to_ne_bytes());
            }

            returned_as_wire!();
        }

        // SAFETY: nothing is owned; a slice of them is validated if its
        // origin is foreign.
        unsafe impl Plain for NonZero<$ty> {}
    )*};
}

nonzero!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize);

// SAFETY: a bool is one byte, 0 or 1, in Rust as in C.
unsafe impl FfiSafe for bool {
    type Wire = u8;
    type At<'a> = bool;
    type ByRef = ByPointer;
    const SHAPE: &'static Shape = &Shape::Named("bool");
    const SAMPLE: MaybeUninit<u8> = MaybeUninit::new(0);

    #[inline]
    fn lower(self) -> u8 {
        self.into()
    }

    #[inline]
    unsafe fn lift<'a>(wire: u8, _: Origin) -> Result<Self::At<'a>, LiftError> {
        match wire {
            0 => Ok(false),
            1 => Ok(true),
            other => Err(LiftError::Bool(other)),
        }
    }

    #[inline]
    unsafe fn content(wire: Self::Wire, content: &mut Content) {
        content.bytes(&wire.to_ne_bytes());
    }

    returned_as_wire!();
}

// SAFETY: as above; a slice of them is validated if its origin is foreign.
unsafe impl Plain for bool {}

// SAFETY: a char has the layout of u32.
unsafe impl FfiSafe for char {
    type Wire = u32;
    type At<'a> = char;
    type ByRef = ByPointer;
    const SHAPE: &'static Shape = &Shape::Named("char");
    const SAMPLE: MaybeUninit<u32> = MaybeUninit::new(0);

    #[inline]
    fn lower(self) -> u32 {
        self.into()
    }

    #[inline]
    unsafe fn lift<'a>(wire: u32, _: Origin) -> Result<Self::At<'a>, LiftError> {
        char::from_u32(wire).ok_or(LiftError::Char(wire))
    }

    #[inline]
    unsafe fn content(wire: Self::Wire, content: &mut Content) {
        content.bytes(&wire.to_ne_bytes());
    }

    returned_as_wire!();
}

// SAFETY: as above; a slice of them is validated if its origin is foreign.
unsafe impl Plain for char {}

// SAFETY: C has no type of size 0, so a unit is passed as a byte of 0.
unsafe impl FfiSafe for () {
    type Wire = u8;
    type At<'a> = ();
    type ByRef = ByCopy;
    const SHAPE: &'static Shape = &Shape::Unit;

    #[inline]
    fn lower(self) -> u8 {
        0
    }

    #[inline]
    unsafe fn lift<'a>(_: u8, _: Origin) -> Result<Self::At<'a>, LiftError> {
        Ok(())
    }

    #[inline]
    unsafe fn content(_: u8, _: &mut Content) {}

    returned_as_wire!();
}
