//! `Value`, `Map` and `Number` of `serde_json`: `MessagePack`, with numbers that no
//! other number holds as text. Its `Error` is a text, or an `io::Error`.
//!
//! Text would lose data: by default `serde_json` parses a fraction inexactly, and
//! refuses what is nested deeper than 128 levels.
#![expect(unsafe_code, reason = "implementations of FfiSafe guarantee layouts")]

mod decode;
mod encode;
mod error;
mod number;

use serde_json::{Map, Number, Value};

use self::decode::Decoder;
use crate::boundary::Shape;
use crate::boundary::via::converts_via;

converts_via! {
    impl [] Value,
    via: Vec<u8>, at 'a: Value,
    shape: Shape::Named("serde_json::Value"),
    lower: value => encode::encoded(|out| encode::value(&value, out)),
    lift: bytes => Decoder::decode(&bytes, |decoder| decoder.value()),
}

converts_via! {
    impl [] Map<String, Value>,
    via: Vec<u8>, at 'a: Map<String, Value>,
    shape: Shape::Named("serde_json::Map"),
    lower: map => encode::encoded(|out| encode::map(&map, out)),
    lift: bytes => Decoder::decode(&bytes, |decoder| decoder.map()),
}

converts_via! {
    impl [] Number,
    via: Vec<u8>, at 'a: Number,
    shape: Shape::Named("serde_json::Number"),
    lower: number => encode::encoded(|out| encode::number(&number, out)),
    lift: bytes => Decoder::decode(&bytes, |decoder| decoder.number()),
}
