//! `Ordering` as a number; ranges as their bounds.
#![expect(unsafe_code, reason = "implementations of FfiSafe guarantee layouts")]

use core::cmp::Ordering;
use core::ops::{
    Bound, Range, RangeBounds, RangeFrom, RangeFull, RangeInclusive, RangeTo, RangeToInclusive,
};

use crate::boundary::via::converts_via;
use crate::boundary::{FfiSafe, LiftError, Shape};

converts_via! {
    impl [] Ordering,
    via: i8, at 'a: Ordering,
    shape: Shape::Named("Ordering"),
    lower: ordering => ordering as i8,
    lift: number => match number {
        -1 => Ok(Ordering::Less),
        0 => Ok(Ordering::Equal),
        1 => Ok(Ordering::Greater),
        other => Err(LiftError::Ordering(other)),
    },
}

converts_via! {
    impl [T: FfiSafe] Range<T>,
    via: (T, T), at 'a: Range<T::At<'a>>,
    shape: Shape::Apply("Range", &[T::SHAPE]),
    lower: range => (range.start, range.end),
    lift: (start, end) => Ok(start..end),
}

converts_via! {
    impl [T: FfiSafe] RangeInclusive<T>,
    via: (T, T), at 'a: RangeInclusive<T::At<'a>>,
    shape: Shape::Apply("RangeInclusive", &[T::SHAPE]),
    lower: range => {
        let is_used_up = matches!(range.end_bound(), Bound::Excluded(_));
        assert!(
            !is_used_up,
            "a `RangeInclusive` that was iterated to its end cannot be passed, because it \
             cannot be created again: pass a `Range`, or its bounds",
        );
        range.into_inner()
    },
    lift: (start, end) => Ok(start..=end),
}

converts_via! {
    impl [T: FfiSafe] RangeFrom<T>,
    via: T, at 'a: RangeFrom<T::At<'a>>,
    shape: Shape::Apply("RangeFrom", &[T::SHAPE]),
    lower: range => range.start,
    lift: start => Ok(start..),
}

converts_via! {
    impl [T: FfiSafe] RangeTo<T>,
    via: T, at 'a: RangeTo<T::At<'a>>,
    shape: Shape::Apply("RangeTo", &[T::SHAPE]),
    lower: range => range.end,
    lift: end => Ok(..end),
}

converts_via! {
    impl [T: FfiSafe] RangeToInclusive<T>,
    via: T, at 'a: RangeToInclusive<T::At<'a>>,
    shape: Shape::Apply("RangeToInclusive", &[T::SHAPE]),
    lower: range => range.end,
    lift: end => Ok(..=end),
}

converts_via! {
    impl [] RangeFull,
    via: (), at 'a: RangeFull,
    shape: Shape::Named("RangeFull"),
    lower: _all => (),
    lift: () => Ok(..),
}
