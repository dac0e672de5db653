//! `PhantomData<T>`: only the type, for example in a typed handle.
#![expect(unsafe_code, reason = "implementations of FfiSafe guarantee layouts")]

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
