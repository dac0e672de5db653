//! The types of other crates, by the types as which they are passed.
//!
//! They are known whatever the features are: a host can inspect a plugin that uses
//! a crate which the host does not.

use crate::metadata::signature::Type;

/// The types without parameters, each with the type as which it is passed.
const PASSED_AS: [(&str, &str); 37] = [
    ("anyhow::Error", "Vec<String>"),
    ("bytes::Bytes", "Vec<u8>"),
    ("bytes::BytesMut", "Vec<u8>"),
    ("chrono::DateTime<chrono::FixedOffset>", "(chrono::NaiveDateTime, i32)"),
    ("chrono::DateTime<chrono::Utc>", "chrono::NaiveDateTime"),
    ("chrono::FixedOffset", "i32"),
    ("chrono::Month", "u8"),
    ("chrono::NaiveDate", "i32"),
    ("chrono::NaiveDateTime", "(i64, u32)"),
    ("chrono::NaiveTime", "(u32, u32)"),
    ("chrono::TimeDelta", "(i64, u32)"),
    ("chrono::Weekday", "u8"),
    ("compact_str::CompactString", "String"),
    ("http::HeaderMap", "Vec<(String, http::HeaderValue)>"),
    ("http::HeaderName", "String"),
    ("http::HeaderValue", "(Vec<u8>, bool)"),
    ("http::Method", "String"),
    ("http::StatusCode", "u16"),
    ("http::Uri", "String"),
    ("http::Version", "u8"),
    ("ordered_float::NotNan<f32>", "f32"),
    ("ordered_float::NotNan<f64>", "f64"),
    ("ordered_float::OrderedFloat<f32>", "f32"),
    ("ordered_float::OrderedFloat<f64>", "f64"),
    ("serde_json::Error", "(Option<io::Error>, String)"),
    ("serde_json::Map", "Vec<u8>"),
    ("serde_json::Number", "Vec<u8>"),
    ("serde_json::Value", "Vec<u8>"),
    ("smol_str::SmolStr", "String"),
    ("time::Date", "i32"),
    ("time::Duration", "(i64, i32)"),
    ("time::OffsetDateTime", "(i64, u32, i32)"),
    ("time::PrimitiveDateTime", "(i32, time::Time)"),
    ("time::Time", "(u8, u8, u8, u32)"),
    ("time::UtcOffset", "i32"),
    ("url::Url", "String"),
    ("uuid::Uuid", "[u8; 16]"),
];

/// Returns the type as which a type of another crate is passed, if it is known.
pub(super) fn passed_as(ty: &Type, name: &str, arguments: &[Type]) -> Option<Type> {
    let vector = |of: Type| Type::Named { name: "Vec".to_owned(), arguments: vec![of] };
    match (name, arguments) {
        ("arrayvec::ArrayVec", [Type::Array(of, _)]) => Some(vector((**of).clone())),
        ("arrayvec::ArrayString", [Type::Array(..)]) => Some(Type::parse("String")),
        ("smallvec::SmallVec" | "indexmap::IndexSet", [of]) => Some(vector(of.clone())),
        ("indexmap::IndexMap", [_, _]) => Some(vector(Type::Tuple(arguments.to_vec()))),
        _ => {
            let text = ty.to_string();
            let (_, passed) = PASSED_AS.iter().find(|(known, _)| *known == text)?;
            Some(Type::parse(passed))
        }
    }
}
