//! `PhantomData<T>`: nothing but the type, as in a handle that says of what it is.
#![expect(unsafe_code, reason = "implementations of FfiSafe vouch for layouts")]

use core::marker::PhantomData;

use crate::boundary::via::converts_via;
use crate::boundary::{FfiSafe, Shape};

converts_via! {
    impl [T: FfiSafe] PhantomData<T>,
    via: (), at 'a: PhantomData<T::At<'a>>,
    shape: Shape::Apply("PhantomData", &[T::SHAPE]),
    lower: _ => (),
    lift: () => Ok(PhantomData),
}
