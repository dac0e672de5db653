//! `Bound`, `ControlFlow` and `Poll`: passed as options and results.
#![expect(unsafe_code, reason = "implementations of FfiSafe guarantee layouts")]

use core::ops::{Bound, ControlFlow};
use core::task::Poll;

use crate::boundary::via::converts_via;
use crate::boundary::{FfiSafe, Shape};

converts_via! {
    impl [T: FfiSafe] Bound<T>,
    via: Option<Result<T, T>>, at 'a: Bound<T::At<'a>>,
    shape: Shape::Apply("Bound", &[T::SHAPE]),
    lower: bound => match bound {
        Bound::Included(value) => Some(Ok(value)),
        Bound::Excluded(value) => Some(Err(value)),
        Bound::Unbounded => None,
    },
    lift: value => Ok(match value {
        Some(Ok(value)) => Bound::Included(value),
        Some(Err(value)) => Bound::Excluded(value),
        None => Bound::Unbounded,
    }),
}

converts_via! {
    impl [E: FfiSafe, T: FfiSafe] ControlFlow<E, T>,
    via: Result<T, E>, at 'a: ControlFlow<E::At<'a>, T::At<'a>>,
    shape: Shape::Apply("ControlFlow", &[E::SHAPE, T::SHAPE]),
    lower: flow => match flow {
        ControlFlow::Continue(value) => Ok(value),
        ControlFlow::Break(value) => Err(value),
    },
    lift: value => Ok(match value {
        Ok(value) => ControlFlow::Continue(value),
        Err(value) => ControlFlow::Break(value),
    }),
}

converts_via! {
    impl [T: FfiSafe] Poll<T>,
    via: Option<T>, at 'a: Poll<T::At<'a>>,
    shape: Shape::Apply("Poll", &[T::SHAPE]),
    lower: poll => match poll {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    },
    lift: value => Ok(match value {
        Some(value) => Poll::Ready(value),
        None => Poll::Pending,
    }),
}
