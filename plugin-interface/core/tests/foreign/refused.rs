//! What the types cannot hold is an error that says what was expected.
#![expect(unsafe_code, reason = "lifts values of other types")]

use std::fmt::Debug;

use plugin_interface::FfiSafe;
use plugin_interface::boundary::{LiftError, Origin};
use serde_json::{Number, Value, json};

use super::values::{json_values, nested};

/// Lifts a value from that of the type as which it is passed.
fn lift<T: FfiSafe, V: FfiSafe<Wire = T::Wire>>(passed: V) -> Result<T::At<'static>, LiftError> {
    // SAFETY: of the wire's type, lifted once; it borrows nothing.
    unsafe { T::lift(passed.lower(), Origin::Foreign) }
}

fn refuses<T: FfiSafe<At<'static>: Debug>, V: FfiSafe<Wire = T::Wire>>(passed: V, reason: &str) {
    let error = lift::<T, V>(passed).unwrap_err().to_string();
    assert!(error.contains(reason), "{error}");
}

#[test]
fn each_type_says_what_it_expects() {
    let text = |text: &str| text.to_owned();
    refuses::<anyhow::Error, Vec<String>>(vec![], "an error must have a message");
    refuses::<arrayvec::ArrayVec<u8, 2>, _>(vec![1u8, 2, 3], "found 3");
    refuses::<arrayvec::ArrayString<2>, _>(text("abc"), "found 3");
    refuses::<chrono::NaiveDateTime, _>((i64::MAX, 0u32), "a time must be in the range");
    refuses::<chrono::NaiveDateTime, _>((0i64, 2_000_000_000u32), "nanoseconds");
    refuses::<chrono::FixedOffset, _>(86_400i32, "an offset from UTC must be less than a day");
    refuses::<chrono::NaiveDate, _>(i32::MAX, "chrono::NaiveDate");
    refuses::<chrono::NaiveTime, _>((86_400u32, 0u32), "86400");
    refuses::<chrono::NaiveTime, _>((0u32, u32::MAX), "nanoseconds");
    refuses::<chrono::TimeDelta, _>((i64::MIN, 0u32), "a time must be in the range");
    refuses::<chrono::TimeDelta, _>((0i64, 1_000_000_000u32), "nanoseconds");
    refuses::<chrono::Weekday, _>(7u8, "less than 7");
    refuses::<chrono::Month, _>(0u8, "from 1 to 12");
    refuses::<http::HeaderName, _>(text("Upper"), "lower case");
    refuses::<http::HeaderValue, _>((vec![b'\n'], false), "printable");
    refuses::<http::Method, _>(text("A B"), "a method of HTTP");
    refuses::<http::StatusCode, _>(99u16, "from 100 to 999");
    refuses::<http::Uri, _>(text(""), "a URI");
    refuses::<http::Version, _>(5u8, "a version of HTTP");
    let names = (0..40_000u32).map(|n| (format!("x-{n}"), (vec![], false)));
    refuses::<http::HeaderMap, Vec<(String, (Vec<u8>, bool))>>(names.collect(), "found 40000");
    refuses::<indexmap::IndexSet<u8>, _>(vec![1u8, 1], "keys must be distinct");
    refuses::<indexmap::IndexMap<u8, u8>, _>(vec![(1u8, 2u8), (1, 3)], "keys must be distinct");
    refuses::<ordered_float::NotNan<f64>, _>(f64::NAN, "NaN");
    refuses::<ordered_float::NotNan<f32>, _>(f32::NAN, "NaN");
    refuses::<time::Date, _>(i32::MAX, "time::Date");
    refuses::<time::Time, _>((24u8, 0u8, 0u8, 0u32), "24 hours");
    refuses::<time::UtcOffset, _>(i32::MIN, "26 hours");
    refuses::<time::OffsetDateTime, _>((i64::MAX, 0u32, 0i32), "a time must be in the range");
    refuses::<time::OffsetDateTime, _>((0i64, u32::MAX, 0i32), "nanoseconds");
    for (seconds, nanos) in [(1i64, -1i32), (-1, 1), (0, 1_000_000_000), (0, i32::MIN)] {
        refuses::<time::Duration, _>((seconds, nanos), "nanoseconds");
    }
    refuses::<url::Url, _>(text("relative"), "an absolute URL");
    refuses::<url::Url, Vec<u8>>(vec![0xff], "text must be UTF-8");
}

fn encoded(value: Value) -> Vec<u8> {
    // SAFETY: MessagePack in a vector, lifted once.
    unsafe { Vec::<u8>::lift(value.lower(), Origin::Rust) }.unwrap()
}

#[test]
fn each_form_of_message_pack_is_read() {
    let read = |bytes: &[u8]| lift::<Value, _>(bytes.to_vec()).unwrap();
    let forms: [(&[u8], Value); 16] = [
        (b"\x7f", json!(127)),
        (b"\xe0", json!(-32)),
        (b"\xcc\xff", json!(255)),
        (b"\xcd\x01\x00", json!(256)),
        (b"\xce\0\x01\0\0", json!(65536)),
        (b"\xd0\x80", json!(-128)),
        (b"\xd1\xff\0", json!(-256)),
        (b"\xd2\xff\xff\0\0", json!(-65536)),
        (b"\xca\x3f\xc0\0\0", json!(1.5)),
        (b"\xd9\x01a", json!("a")),
        (b"\xda\0\x01a", json!("a")),
        (b"\xdb\0\0\0\x01a", json!("a")),
        (b"\xdc\0\x01\xc0", json!([null])),
        (b"\xde\0\x01\xa1a\xc3", json!({ "a": true })),
        (b"\xd4\x01\x37", json!(7)),
        (b"\xc7\x04\x0190.5", json!(90.5)),
    ];
    for (bytes, value) in forms {
        assert_eq!(read(bytes), value, "{bytes:?}");
    }
}

#[test]
fn what_is_no_json_in_message_pack_is_refused() {
    for (bytes, reason) in [
        (&b""[..], "one whole value"),
        (b"\xc0\xc0", "one whole value"),
        (b"\xdd\xff\xff\xff\xff", "one whole value"),
        (b"\xdb\xff\xff\xff\xff", "one whole value"),
        (b"\xc1", "of a type that JSON has"),
        (b"\xc4\x01a", "of a type that JSON has"),
        (b"\xd4\x02\x37", "of a type that JSON has"),
        (b"\x81\x01\xc0", "of a type that JSON has"),
        (b"\x82\xa1a\xc0\xa1a\xc0", "keys must be distinct"),
        (b"\xa1\xff", "text must be UTF-8"),
        (b"\xcb\x7f\xf8\0\0\0\0\0\0", "finite"),
        (b"\xca\x7f\x80\0\0", "finite"),
        (b"\xd4\x01x", "one of JSON"),
    ] {
        refuses::<Value, _>(bytes.to_vec(), reason);
    }
    refuses::<Number, _>(b"\xc0".to_vec(), "of a type that JSON has");
    refuses::<serde_json::Map<String, Value>, _>(b"\x90".to_vec(), "of a type that JSON has");
    assert_eq!(lift::<Value, _>(encoded(nested(1023))), Ok(nested(1023)));
    refuses::<Value, _>(encoded(nested(1024)), "less than 1024 levels");
}

#[test]
fn what_is_cut_short_or_changed_is_refused_or_another_value() {
    for value in json_values() {
        let bytes = encoded(value);
        for end in 0..bytes.len().min(300) {
            assert!(lift::<Value, _>(bytes[..end].to_vec()).is_err());
        }
        for at in 0..bytes.len().min(300) {
            let mut changed = bytes[..bytes.len().min(2_000)].to_vec();
            changed[at] ^= 0x55;
            let _ = lift::<Value, _>(changed);
        }
    }
}
