//! The lines of `minisign`: comments, and what is written in base64.

use core::fmt;
use std::path::Path;

use super::small_file::{Fault, shown};
use crate::host::error::SignatureError;

/// The id of a key, written as `minisign` does: as 16 upper-case hexadecimal
/// digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(u64);

impl KeyId {
    /// Parses 16 hexadecimal digits.
    ///
    /// ```
    /// use plugin_interface::KeyId;
    ///
    /// let id = KeyId::parse("E7620F1842B4E81F").unwrap();
    /// assert_eq!(id.to_string(), "E7620F1842B4E81F");
    /// assert!(KeyId::parse("E7").is_none());
    /// ```
    pub fn parse(text: &str) -> Option<Self> {
        let is_id = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        u64::from_str_radix(text, 16).ok().filter(|_| is_id).map(KeyId)
    }

    /// The id in the eight bytes after the algorithm.
    pub(super) fn of(decoded: &[u8]) -> Self {
        let bytes = decoded.get(2..10).and_then(|bytes| bytes.try_into().ok());
        KeyId(u64::from_le_bytes(bytes.unwrap_or_default()))
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016X}", self.0)
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A line of a file of `minisign`.
#[derive(Clone, Copy)]
pub(super) struct Line<'t> {
    pub(super) path: &'t Path,
    /// Counted from 1.
    pub(super) number: usize,
    /// The line without its end; `None` after the last one.
    pub(super) text: Option<&'t str>,
}

impl<'t> Line<'t> {
    pub(super) fn is_blank(&self) -> bool {
        self.text.is_some_and(|text| text.trim().is_empty())
    }

    pub(super) fn wrong(&self, expected: &'static str) -> SignatureError {
        let found = match self.text {
            None => "the end of the file".to_owned(),
            Some("") => "an empty line".to_owned(),
            Some(text) => format!("`{}`", shown(text)),
        };
        let (path, line) = (self.path.to_owned(), self.number);
        SignatureError::Line { path, line, expected, found }
    }

    /// Returns what follows after `begin`.
    pub(super) fn after(
        &self,
        begin: &str,
        expected: &'static str,
    ) -> Result<&'t str, SignatureError> {
        self.text.and_then(|text| text.strip_prefix(begin)).ok_or_else(|| self.wrong(expected))
    }

    /// Returns the bytes that the line is, in base64.
    pub(super) fn decode<const N: usize>(
        &self,
        expected: &'static str,
    ) -> Result<[u8; N], SignatureError> {
        let bytes = self.text.and_then(decode).and_then(|bytes| bytes.try_into().ok());
        bytes.ok_or_else(|| self.wrong(expected))
    }

    pub(super) fn other_algorithm(&self, expected: &'static str, found: &[u8]) -> SignatureError {
        let found = match found {
            b"Ed" => "Ed (the file itself and not its hash is signed)".to_owned(),
            found => found.escape_ascii().to_string(),
        };
        SignatureError::Algorithm { path: self.path.to_owned(), line: self.number, expected, found }
    }
}

/// Returns a function for the lines of a text, one after the other. What it
/// returns after the last one has no text.
pub(super) fn lines<'t>(path: &'t Path, text: &'t str) -> impl FnMut() -> Line<'t> {
    let (mut lines, mut number) = (text.lines(), 0);
    move || {
        number += 1;
        Line { path, number, text: lines.next() }
    }
}

pub(super) fn fault(path: &Path, most: u64, fault: Fault) -> SignatureError {
    let path = path.to_owned();
    match fault {
        Fault::Read(error) => SignatureError::Read { path, error },
        Fault::TooLarge(found) => SignatureError::TooLarge { path, most, found },
        Fault::Empty => SignatureError::Empty { path },
        Fault::NotText(line, byte) => SignatureError::NotText { path, line, byte },
    }
}

/// Decodes base64 in the one way in which it is written: with its padding, and
/// with zeros where bits are left.
fn decode(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=');
    let padding = text.len() - digits.len();
    if !text.len().is_multiple_of(4) || padding > 2 {
        return None;
    }
    let (mut bytes, mut bits, mut len) = (Vec::with_capacity(text.len()), 0_u32, 0);
    for digit in digits.bytes() {
        let value = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'a'..=b'z' => digit - b'a' + 26,
            b'0'..=b'9' => digit - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        (bits, len) = (bits << 6 | u32::from(value), len + 6);
        if len >= 8 {
            len -= 8;
            bytes.push((bits >> len) as u8);
            bits &= (1 << len) - 1;
        }
    }
    (bits == 0).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_read_in_one_form_only() {
        for (text, bytes) in
            [("", &b""[..]), ("AA==", b"\0"), ("Zm9v", b"foo"), ("+/8=", b"\xfb\xff")]
        {
            assert_eq!(decode(text).as_deref(), Some(bytes), "{text}");
        }
        for text in ["A", "AA", "AA=", "AB==", "A===", "====", "Zm9v=", "Zm 9", "Zm9\u{e9}", "Zm=v"]
        {
            assert_eq!(decode(text), None, "{text}");
        }
    }
}
