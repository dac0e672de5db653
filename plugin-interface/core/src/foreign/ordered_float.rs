//! `OrderedFloat` and `NotNan`: the number within.
#![expect(unsafe_code, reason = "implementations of FfiSafe guarantee layouts")]

use ordered_float::{NotNan, OrderedFloat};

use crate::boundary::via::converts_via;
use crate::boundary::{LiftError, Shape};

macro_rules! floats {
    ($($float:ty),+) => {$(
        converts_via! {
            impl [] OrderedFloat<$float>,
            via: $float, at 'a: OrderedFloat<$float>,
            shape: Shape::Apply("ordered_float::OrderedFloat", &[<$float>::SHAPE]),
            lower: number => number.into_inner(),
            lift: number => Ok(OrderedFloat(number)),
        }

        converts_via! {
            impl [] NotNan<$float>,
            via: $float, at 'a: NotNan<$float>,
            shape: Shape::Apply("ordered_float::NotNan", &[<$float>::SHAPE]),
            lower: number => number.into_inner(),
            lift: number => NotNan::new(number)
                .map_err(|_| LiftError::Refused("a NotNan must be a number, found NaN")),
        }
    )+};
}

floats!(f32, f64);
