//! What every plugin does when it is called, so that only the way to it differs.
#![forbid(unsafe_code)]

/// The text that [`greeting`] is called with.
pub const TARGET: &str = "sixteen letters!";

/// How long the `Vec` is that comes back.
pub const LONG: usize = 64 * 1024;

/// How long the slice is that is filled in place.
pub const PAGE: usize = 4096;

/// What a plugin asks its host.
pub const QUESTION: u64 = 21;

/// The text that a method panics with.
pub const PANIC: &str = "asked to panic";

/// What a library is told apart by: whoever makes another version of it writes
/// another number behind the first eight bytes.
static STAMP: [u8; 16] = *b"STAMPED:\0\0\0\0\0\0\0\0";

/// The number that is written in the library.
#[inline(never)]
pub fn stamp() -> u64 {
    let [.., a, b, c, d, e, f, g, h] = *std::hint::black_box(&STAMP);
    u64::from_le_bytes([a, b, c, d, e, f, g, h])
}

#[inline]
pub fn add(a: u64, b: u64) -> u64 {
    a.wrapping_add(b)
}

#[inline]
pub fn sum(values: &[u64]) -> u64 {
    values.iter().fold(0, |sum, value| sum.wrapping_add(*value))
}

/// A `String` of 24 bytes for a target of 16.
#[inline]
pub fn greeting(target: &str) -> String {
    let mut text = String::with_capacity(24);
    text.push_str("Hello, ");
    text.push_str(target);
    text.push('!');
    text
}

/// A `Vec` of [`LONG`] bytes, each of them written.
#[inline]
pub fn bytes(value: u8) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(LONG);
    bytes.resize(LONG, value);
    bytes
}

#[inline]
pub fn fill(page: &mut [u8], value: u8) {
    page.fill(value);
}

/// # Errors
///
/// If the value is odd.
#[inline]
pub fn halve(value: u64) -> Result<u64, String> {
    if value.is_multiple_of(2) { Ok(value / 2) } else { Err(odd(value)) }
}

/// What becomes of a struct's fields: its time and its value.
#[inline]
pub fn convert(at: u64, value: f64) -> (u64, f64) {
    (at.wrapping_add(1), value * 1.8 + 32.0)
}

/// A question for the host, and what the plugin makes of the answer.
#[inline]
pub fn ask(question: u64, answer: impl FnOnce(u64) -> u64) -> u64 {
    answer(question).wrapping_add(1)
}

#[cold]
fn odd(value: u64) -> String {
    format!("{value} is odd")
}
