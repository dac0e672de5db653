//! `SmallVec<[T; N]>`: a vector. How many elements it holds without an allocation
//! is no part of the name: two libraries may differ.
#![expect(unsafe_code, reason = "implementations of FfiSafe guarantee layouts")]

use smallvec::SmallVec;

use crate::boundary::via::converts_via;
use crate::boundary::{FfiSafe, Shape};

converts_via! {
    impl [T: FfiSafe, const N: usize] SmallVec<[T; N]>,
    via: Vec<T>, at 'a: SmallVec<[T::At<'a>; N]>,
    shape: Shape::Apply("smallvec::SmallVec", &[T::SHAPE]),
    lower: vector => vector.into_vec(),
    lift: vector => Ok(SmallVec::from_vec(vector)),
}
