//! Writes `MessagePack`.

use serde_json::{Map, Number, Value};

use super::number::NUMBER;

/// Returns what a function writes.
pub(super) fn encoded(write: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut out = Vec::new();
    write(&mut out);
    out
}

pub(super) fn value(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Null => out.push(0xc0),
        Value::Bool(false) => out.push(0xc2),
        Value::Bool(true) => out.push(0xc3),
        Value::Number(of) => number(of, out),
        Value::String(of) => text(of, out),
        Value::Array(of) => {
            head(of.len(), 0x90..=0x9f, None, [0xdc, 0xdd], out);
            of.iter().for_each(|element| self::value(element, out));
        }
        Value::Object(of) => map(of, out),
    }
}

pub(super) fn map(map: &Map<String, Value>, out: &mut Vec<u8>) {
    head(map.len(), 0x80..=0x8f, None, [0xde, 0xdf], out);
    for (key, of) in map {
        text(key, out);
        value(of, out);
    }
}

/// Writes a number in the first form that is exactly it.
pub(super) fn number(number: &Number, out: &mut Vec<u8>) {
    let is_it = |found: Number| found == *number;
    if let Some(of) = number.as_u64().filter(|of| is_it((*of).into())) {
        match u8::try_from(of) {
            Ok(small @ 0..0x80) => out.push(small),
            _ => with_tag(0xcf, &of.to_be_bytes(), out),
        }
    } else if let Some(of) = number.as_i64().filter(|of| is_it((*of).into())) {
        match i8::try_from(of) {
            Ok(small @ -0x20..0) => out.push(small.cast_unsigned()),
            _ => with_tag(0xd3, &of.to_be_bytes(), out),
        }
    } else if let Some(of) = number.as_f64().filter(|of| Number::from_f64(*of).is_some_and(is_it)) {
        with_tag(0xcb, &of.to_be_bytes(), out);
    } else {
        let digits = number.to_string();
        let len = u32::try_from(digits.len()).expect("a number has less than 4 GiB of digits");
        with_tag(0xc9, &len.to_be_bytes(), out);
        out.push(NUMBER);
        out.extend(digits.as_bytes());
    }
}

fn text(text: &str, out: &mut Vec<u8>) {
    head(text.len(), 0xa0..=0xbf, Some(0xd9), [0xda, 0xdb], out);
    out.extend(text.as_bytes());
}

/// Writes a length: within the tag if `within` has room, else behind the tag for
/// lengths of one, two or four bytes.
///
/// # Panics
///
/// If the length needs more than four bytes.
fn head(
    len: usize,
    within: core::ops::RangeInclusive<u8>,
    one_byte: Option<u8>,
    [two, four]: [u8; 2],
    out: &mut Vec<u8>,
) {
    match (u8::try_from(len), u16::try_from(len), one_byte) {
        (Ok(len), ..) if len <= within.end() - within.start() => out.push(within.start() + len),
        (Ok(len), _, Some(tag)) => with_tag(tag, &[len], out),
        (_, Ok(len), _) => with_tag(two, &len.to_be_bytes(), out),
        _ => {
            let len = u32::try_from(len).expect("a part of a serde_json::Value is below 4 GiB");
            with_tag(four, &len.to_be_bytes(), out);
        }
    }
}

fn with_tag(tag: u8, bytes: &[u8], out: &mut Vec<u8>) {
    out.push(tag);
    out.extend(bytes);
}
