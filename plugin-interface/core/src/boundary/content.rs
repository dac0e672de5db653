//! The content of a value that was passed, as bytes: to find an equal one.

use crate::boundary::LiftError;

/// The content of values, read from their wires.
///
/// Values of one type are equal if their contents are. So lengths and tags
/// precede what they count and name.
#[doc(hidden)]
#[derive(Debug, Default)]
pub struct Content {
    bytes: Vec<u8>,
    /// Has a part without a content, such as an object.
    is_opaque: bool,
}

impl Content {
    /// Appends bytes.
    #[inline]
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Appends a length or a tag.
    #[inline]
    pub fn number(&mut self, number: usize) {
        self.bytes(&number.to_ne_bytes());
    }

    /// Appends a part that has no content.
    #[inline]
    pub fn opaque(&mut self) {
        self.is_opaque = true;
    }

    /// Returns the bytes, if they are the whole content.
    pub(crate) fn finish(self) -> Result<Box<[u8]>, LiftError> {
        if self.is_opaque {
            return Err(LiftError::Refused(
                "a value that is borrowed from another library must be data without objects",
            ));
        }
        Ok(self.bytes.into())
    }
}
