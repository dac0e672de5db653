//! `PhantomData<T>`: nothing but the type, as in a handle that says of what it is.
#![expect(unsafe_code, reason = "implementations of FfiSafe vouch for layouts")]

use core::marker::PhantomData;

use crate::boundary::via::crosses_as;
use crate::boundary::{FfiSafe, Shape};

crosses_as! {
    impl [T: FfiSafe] PhantomData<T>,
    carrier: (), at 'a: PhantomData<T::At<'a>>,
    shape: Shape::Apply("PhantomData", &[T::SHAPE]),
    lower: _ => (),
    lift: () => Ok(PhantomData),
}
