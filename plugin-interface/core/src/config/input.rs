//! The values that the host wrote, in the order of the description.
//!
//! Each setting begins with a byte that says whether it has a value. Numbers are
//! little-endian, and texts, lists and maps begin with their length.

use super::error::SettingsError;

/// The rest of the values.
#[doc(hidden)]
#[derive(Debug)]
pub struct SettingsInput<'a> {
    /// `None` without a host that has settings.
    bytes: Option<&'a [u8]>,
}

impl<'a> SettingsInput<'a> {
    /// Returns the values of no settings.
    pub const fn none() -> Self {
        SettingsInput { bytes: None }
    }

    pub(crate) const fn of(bytes: &'a [u8]) -> Self {
        SettingsInput { bytes: Some(bytes) }
    }

    pub(super) fn has_value(&mut self) -> Result<bool, SettingsError> {
        if self.bytes.is_none() {
            return Ok(false);
        }
        Ok(self.array::<1>()? != [0])
    }

    /// Reads that many bytes.
    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], SettingsError> {
        let bytes = self.bytes.unwrap_or_default();
        let (array, rest) = bytes.split_first_chunk().ok_or(SettingsError::Malformed)?;
        self.bytes = Some(rest);
        Ok(*array)
    }

    /// Reads the length of what follows, each part of which has a byte at least.
    pub(super) fn len(&mut self) -> Result<usize, SettingsError> {
        let len = u32::from_le_bytes(self.array()?) as usize;
        match len <= self.bytes.unwrap_or_default().len() {
            true => Ok(len),
            false => Err(SettingsError::Malformed),
        }
    }

    pub(super) fn text(&mut self) -> Result<String, SettingsError> {
        let len = self.len()?;
        let (text, rest) = self.bytes.unwrap_or_default().split_at(len);
        self.bytes = Some(rest);
        core::str::from_utf8(text).map(str::to_owned).map_err(|_| SettingsError::Malformed)
    }

    /// Reads the number of a variant, of which there are `count`.
    pub fn choice(&mut self, count: u32) -> Result<u32, SettingsError> {
        let choice = u32::from_le_bytes(self.array()?);
        if choice < count { Ok(choice) } else { Err(SettingsError::Malformed) }
    }

    /// Reads the fingerprint before the values.
    pub(crate) fn fingerprint(&mut self) -> Result<u128, SettingsError> {
        self.array().map(u128::from_le_bytes)
    }

    /// Refuses values behind the last one.
    pub(crate) fn end(self) -> Result<(), SettingsError> {
        match self.bytes {
            None | Some([]) => Ok(()),
            Some(_) => Err(SettingsError::Malformed),
        }
    }
}
