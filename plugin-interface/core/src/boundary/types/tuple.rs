//! Tuples of up to six values, each as its own wire.
#![expect(unsafe_code, reason = "implementations of FfiSafe guarantee layouts")]

use crate::abi::{RawTuple1, RawTuple2, RawTuple3, RawTuple4, RawTuple5, RawTuple6};
use crate::boundary::unwind_guard::ReceivedGuard;
use crate::boundary::{
    ByCopy, Content, FfiSafe, LiftError, LoweredGuard, NeedsScope, Origin, Shape, returned_as_wire,
};

macro_rules! tuples {
    ($($raw:ident($($name:ident $index:tt),+);)*) => {$(
        // SAFETY: each value is passed as its own wire, in order.
        unsafe impl<$($name: FfiSafe),+> FfiSafe for ($($name,)+) {
            type Wire = $raw<$($name::Wire),+>;
            type At<'a> = ($($name::At<'a>,)+);
            type ByRef = ByCopy;
            const SHAPE: &'static Shape = &Shape::Tuple(&[$($name::SHAPE),+]);
            const NEEDS_SCOPE: NeedsScope = NeedsScope::Never$(.or($name::NEEDS_SCOPE))+;

            #[inline]
            fn lower(self) -> Self::Wire {
                let lowered = ($(LoweredGuard::new(self.$index),)+);
                $raw($(lowered.$index.into_wire()),+)
            }

            #[inline]
            unsafe fn lift<'a>(
                wire: Self::Wire,
                origin: Origin,
            ) -> Result<Self::At<'a>, LiftError> {
                // SAFETY: the contract of this function, for each value.
                unsafe {
                    let received = ($(ReceivedGuard::<$name>::new(wire.$index, origin),)+);
                    Ok(($(received.$index.lift()?,)+))
                }
            }

            #[inline]
            unsafe fn content(wire: Self::Wire, content: &mut Content) {
                // SAFETY: the contract of this function, for each value.
                unsafe { $($name::content(wire.$index, content);)+ }
            }

            returned_as_wire!();
        }
    )*};
}

tuples! {
    RawTuple1(A 0);
    RawTuple2(A 0, B 1);
    RawTuple3(A 0, B 1, C 2);
    RawTuple4(A 0, B 1, C 2, D 3);
    RawTuple5(A 0, B 1, C 2, D 3, E 4);
    RawTuple6(A 0, B 1, C 2, D 3, E 4, F 5);
}
