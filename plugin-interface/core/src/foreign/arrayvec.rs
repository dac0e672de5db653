//! `ArrayVec` and `ArrayString`: a vector and a text. The capacity is a part of the
//! name, so that the other library can hold what arrives.
#![expect(unsafe_code, reason = "implementations of FfiSafe guarantee layouts")]

use arrayvec::{ArrayString, ArrayVec};

use crate::boundary::via::converts_via;
use crate::boundary::{FfiSafe, LiftError, Shape};

converts_via! {
    impl [T: FfiSafe, const N: usize] ArrayVec<T, N>,
    via: Vec<T>, at 'a: ArrayVec<T::At<'a>, N>,
    shape: Shape::Apply("arrayvec::ArrayVec", &[&Shape::Array(T::SHAPE, N)]),
    lower: array => array.into_iter().collect(),
    lift: vector => match vector.len() {
        len if len <= N => Ok(vector.into_iter().collect()),
        len => Err(LiftError::Length(len)),
    },
}

converts_via! {
    impl [const N: usize] ArrayString<N>,
    via: String, at 'a: ArrayString<N>,
    shape: Shape::Apply("arrayvec::ArrayString", &[&Shape::Array(u8::SHAPE, N)]),
    lower: text => text.as_str().to_owned(),
    lift: text => ArrayString::from(&text).map_err(|_| LiftError::Length(text.len())),
}
