//! A writer of bytes for `const fn`s.
#![expect(unsafe_code, reason = "the compiler evaluates calls slowest")]
#![allow(clippy::ptr_as_ptr, clippy::borrow_as_ptr, reason = "casts that are no calls")]

use crate::metadata::copy::copy;
use crate::metadata::digest::Digest;

/// Collects bytes and counts them, or counts and hashes them.
///
/// The compiler runs this for every interface, each time it compiles a crate
/// that defines or implements one. It evaluates calls slowest, and loops step by step.
/// So bytes are copied as a whole, by a macro, and are hashed only for a fingerprint.
/// Slices would be split by calls of calls, which took most of the time: they are copied
/// by pointers.
#[derive(Debug)]
pub(crate) struct Writer<const N: usize> {
    bytes: [u8; N],
    pub(super) len: usize,
    hash: Option<Digest>,
}

/// Stores or hashes bytes.
macro_rules! put {
    ($out:ident, $bytes:expr) => {
        let bytes = $bytes;
        // What only counts, and what lies beyond, is not stored.
        if $out.len + bytes.len() <= N {
            // SAFETY: as many bytes as `bytes` has are left behind the first `len`.
            unsafe { copy!(bytes as *const [u8] as *const u8, $out.bytes, $out.len, bytes.len()) };
        }
        $out.len += bytes.len();
        if let Some(digest) = &mut $out.hash {
            digest.update(bytes);
        }
    };
}

impl Writer<0> {
    /// Creates a writer that hashes bytes and stores none.
    pub(crate) const fn hashing() -> Self {
        Writer { bytes: [], len: 0, hash: Some(Digest::new()) }
    }

    /// Returns the hash of all bytes.
    pub(crate) const fn hash(&self) -> u128 {
        match self.hash {
            Some(digest) => digest.finish(),
            None => panic!("a writer that hashes"),
        }
    }
}

impl<const N: usize> Writer<N> {
    /// Creates a writer that stores `N` bytes, and counts those beyond.
    pub(crate) const fn new() -> Self {
        Writer { bytes: [0; N], len: 0, hash: None }
    }

    /// Returns the bytes. The length that was computed before must be `N`.
    pub(crate) const fn into_bytes(self) -> [u8; N] {
        assert!(self.len == N, "a record is measured before it is written");
        self.bytes
    }

    /// Returns the bytes so far. Their length must be `LEN`. Without space for all of
    /// them, it returns `None`.
    pub(super) const fn written<const LEN: usize>(&self) -> Option<&[u8; LEN]> {
        assert!(self.len == LEN, "a record is measured before it is read");
        self.bytes.first_chunk()
    }

    /// Returns the first `len` bytes.
    #[cfg(test)]
    pub(crate) fn filled(&self, len: usize) -> Vec<u8> {
        self.bytes[..len].to_vec()
    }

    /// Returns the number of bytes.
    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    pub(crate) const fn raw(&mut self, bytes: &[u8]) {
        put!(self, bytes);
    }

    /// Writes a text without its length.
    pub(crate) const fn text(&mut self, text: &str) {
        put!(self, text.as_bytes());
    }

    /// Writes a number in decimal digits.
    pub(crate) const fn number(&mut self, number: usize) {
        if number >= 10 {
            self.number(number / 10);
        }
        self.raw(&[b'0' + (number % 10) as u8]);
    }

    pub(super) const fn u32(&mut self, value: u32) {
        self.raw(&value.to_le_bytes());
    }

    pub(crate) const fn u16(&mut self, value: u16) {
        self.raw(&value.to_le_bytes());
    }

    pub(crate) const fn u128(&mut self, value: u128) {
        self.raw(&value.to_le_bytes());
    }

    /// Writes space for the length of the bytes that follow, which `measure`
    /// fills. Returns their start.
    pub(super) const fn length(&mut self) -> usize {
        self.u32(0);
        self.len
    }

    /// Writes the length of the bytes from `start` on into the space before
    /// them.
    pub(super) const fn measure(&mut self, start: usize) {
        self.fill_u32(start, (self.len - start) as u32);
    }

    /// Writes a count into the space that `length` left before `start`.
    pub(super) const fn fill_u32(&mut self, start: usize, value: u32) {
        let end = self.len;
        self.len = start - size_of::<u32>();
        self.u32(value);
        self.len = end;
    }

    /// Replaces the number at `start`.
    pub(super) const fn fill(&mut self, start: usize, value: u128) {
        let end = self.len;
        self.len = start;
        self.u128(value);
        self.len = end;
    }

    /// Writes the length of a text, then the text.
    pub(super) const fn string(&mut self, text: &str) {
        self.u32(text.len() as u32);
        self.text(text);
    }
}
