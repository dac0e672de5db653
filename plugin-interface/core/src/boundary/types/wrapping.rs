//! `Wrapping`, `Saturating` and `Reverse`: passed as the value within.
#![expect(unsafe_code, reason = "implementations of FfiSafe guarantee layouts")]

use core::cmp::Reverse;
use core::num::{Saturating, Wrapping};

use crate::boundary::via::converts_via;
use crate::boundary::{FfiSafe, Shape};

converts_via! {
    impl [T: FfiSafe] Wrapping<T>,
    via: T, at 'a: Wrapping<T::At<'a>>,
    shape: Shape::Apply("Wrapping", &[T::SHAPE]),
    lower: number => number.0,
    lift: number => Ok(Wrapping(number)),
}

converts_via! {
    impl [T: FfiSafe] Saturating<T>,
    via: T, at 'a: Saturating<T::At<'a>>,
    shape: Shape::Apply("Saturating", &[T::SHAPE]),
    lower: number => number.0,
    lift: number => Ok(Saturating(number)),
}

converts_via! {
    impl [T: FfiSafe] Reverse<T>,
    via: T, at 'a: Reverse<T::At<'a>>,
    shape: Shape::Apply("Reverse", &[T::SHAPE]),
    lower: value => value.0,
    lift: value => Ok(Reverse(value)),
}
