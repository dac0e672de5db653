//! `Bytes` and `BytesMut`: a vector of bytes, whose memory is moved where the value
//! is its only owner.
#![expect(unsafe_code, reason = "implementations of FfiSafe guarantee layouts")]

use bytes::{Bytes, BytesMut};

use crate::boundary::Shape;
use crate::boundary::via::converts_via;

converts_via! {
    impl [] Bytes,
    via: Vec<u8>, at 'a: Bytes,
    shape: Shape::Named("bytes::Bytes"),
    lower: bytes => bytes.into(),
    lift: vector => Ok(vector.into()),
}

converts_via! {
    impl [] BytesMut,
    via: Vec<u8>, at 'a: BytesMut,
    shape: Shape::Named("bytes::BytesMut"),
    lower: bytes => bytes.into(),
    lift: vector => Ok(Bytes::from(vector).into()),
}
