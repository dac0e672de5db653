//! The bytes of a section or record, with the offset for messages.

use plugin_interface_core::metadata::{MAGIC, OBJECT};

use crate::metadata::error::MetadataError;
use crate::metadata::model::Reference;

/// The longest name, path or version, and the longest other text, in bytes.
pub(super) const NAME: usize = 1024;
const TEXT: usize = 1 << 18;

pub(super) fn limited(
    what: &'static str,
    found: usize,
    limit: usize,
) -> Result<usize, MetadataError> {
    if found > limit { Err(MetadataError::TooMany { what, limit }) } else { Ok(found) }
}

/// The rest of a section or payload. `at` is the offset from the begin of the
/// section, for messages.
pub(super) struct Input<'a> {
    pub(super) bytes: &'a [u8],
    at: usize,
}

impl<'a> Input<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Input { bytes, at: 0 }
    }

    /// Skips the zeros that a linker puts between records. Returns `false` at the
    /// end.
    pub(super) fn skip_padding(&mut self) -> bool {
        let padding = self.bytes.iter().take_while(|&&byte| byte == 0).count();
        self.bytes = &self.bytes[padding..];
        self.at += padding;
        !self.bytes.is_empty()
    }

    pub(super) fn record(&mut self) -> Result<(u32, Input<'a>), MetadataError> {
        let offset = self.at;
        let (name, version) = MAGIC.split_at(MAGIC.len() - 1);
        match self.take(MAGIC.len()) {
            Ok(magic) if magic.starts_with(name) && magic.ends_with(version) => {}
            Ok(magic) if magic.starts_with(name) => {
                return Err(MetadataError::Version { found: magic[name.len()] });
            }
            _ => return Err(MetadataError::Magic { offset }),
        }
        let kind = self.u32()?;
        let len = self.u32()?;
        let at = self.at;
        Ok((kind, Input { bytes: self.take(len as usize)?, at }))
    }

    pub(super) fn take(&mut self, len: usize) -> Result<&'a [u8], MetadataError> {
        let (taken, rest) = self.bytes.split_at_checked(len).ok_or_else(|| self.truncated())?;
        self.bytes = rest;
        self.at += len;
        Ok(taken)
    }

    pub(super) fn truncated(&self) -> MetadataError {
        MetadataError::Truncated { offset: self.at }
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], MetadataError> {
        let offset = self.at;
        self.take(N)?.try_into().map_err(|_| MetadataError::Truncated { offset })
    }

    pub(super) fn u32(&mut self) -> Result<u32, MetadataError> {
        self.array().map(u32::from_le_bytes)
    }

    pub(super) fn u128(&mut self) -> Result<u128, MetadataError> {
        self.array().map(u128::from_le_bytes)
    }

    pub(super) fn i64(&mut self) -> Result<i64, MetadataError> {
        self.array().map(i64::from_le_bytes)
    }

    /// Returns what follows its own length.
    pub(super) fn part(&mut self) -> Result<Input<'a>, MetadataError> {
        let len = self.u32()?;
        let at = self.at;
        Ok(Input { bytes: self.take(len as usize)?, at })
    }

    /// Returns the length of a list that a hand-written record may leave out.
    pub(super) fn later_count(&mut self) -> Result<u32, MetadataError> {
        if self.bytes.is_empty() { Ok(0) } else { self.u32() }
    }

    pub(super) fn bytes(&mut self) -> Result<&'a [u8], MetadataError> {
        let len = self.u32()?;
        self.take(len as usize)
    }

    pub(super) fn text(&mut self) -> Result<&'a str, MetadataError> {
        let bytes = self.bytes()?;
        let offset = self.at - bytes.len();
        core::str::from_utf8(bytes).map_err(|_| MetadataError::Text { offset })
    }

    pub(super) fn string(&mut self) -> Result<String, MetadataError> {
        self.limited_text("bytes in a text", TEXT)
    }

    /// Returns a text for a row of a table.
    pub(super) fn name(&mut self) -> Result<String, MetadataError> {
        self.limited_text("bytes in a name", NAME)
    }

    pub(super) fn limited_text(
        &mut self,
        what: &'static str,
        limit: usize,
    ) -> Result<String, MetadataError> {
        if let Some(len) = self.bytes.first_chunk().copied().map(u32::from_le_bytes) {
            limited(what, len as usize, limit)?;
        }
        self.text().map(str::to_owned)
    }

    pub(super) fn references(&mut self) -> Result<Vec<Reference>, MetadataError> {
        let bytes = self.bytes()?;
        let offset = self.at;
        let (numbers, rest) = bytes.as_chunks();
        let reference = |bytes: &[u8; 2]| match u16::from_le_bytes(*bytes) {
            number if number & OBJECT != 0 => Reference::Object((number & !OBJECT).into()),
            number => Reference::Type(number.into()),
        };
        match rest {
            [] => Ok(numbers.iter().map(reference).collect()),
            _ => Err(MetadataError::Truncated { offset }),
        }
    }
}
