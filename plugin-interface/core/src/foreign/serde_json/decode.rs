//! Reads `MessagePack`, in any form that it has for a value of JSON.

use serde_json::{Map, Number, Value};

use super::number::{self, NUMBER};
use crate::boundary::LiftError;

/// The deepest nesting that arrives. Deeper values could use up the stack.
const DEPTH: usize = 1024;

const NO_VALUE: LiftError =
    LiftError::Refused("a value of serde_json must be MessagePack of a type that JSON has");
const NOT_ONE: LiftError =
    LiftError::Refused("a value of serde_json must be one whole value of MessagePack");
const TOO_DEEP: LiftError =
    LiftError::Refused("a value of serde_json must be nested less than 1024 levels deep");
const NOT_FINITE: LiftError = LiftError::Refused("a number of serde_json must be finite");

/// The bytes that were not read yet.
pub(super) struct Decoder<'b> {
    bytes: &'b [u8],
    /// The number of arrays and maps around the next value.
    depth: usize,
}

type Result<T> = core::result::Result<T, LiftError>;

/// Reads a number of the type's size.
macro_rules! read {
    ($decoder:ident, $ty:ty) => {
        <$ty>::from_be_bytes($decoder.array()?)
    };
}

impl<'b> Decoder<'b> {
    /// Reads all bytes as one value.
    pub(super) fn decode<T>(bytes: &'b [u8], read: fn(&mut Self) -> Result<T>) -> Result<T> {
        let mut decoder = Decoder { bytes, depth: 0 };
        let value = read(&mut decoder)?;
        if decoder.bytes.is_empty() { Ok(value) } else { Err(NOT_ONE) }
    }

    pub(super) fn value(&mut self) -> Result<Value> {
        let tag = *self.bytes.first().ok_or(NOT_ONE)?;
        match tag {
            0xc0 | 0xc2 | 0xc3 => {
                self.bytes = &self.bytes[1..];
                Ok(if tag == 0xc0 { Value::Null } else { Value::Bool(tag == 0xc3) })
            }
            0xa0..=0xbf | 0xd9..=0xdb => self.text().map(Value::String),
            0x90..=0x9f | 0xdc | 0xdd => self.elements().map(Value::Array),
            0x80..=0x8f | 0xde | 0xdf => self.map().map(Value::Object),
            _ => self.number().map(Value::Number),
        }
    }

    pub(super) fn map(&mut self) -> Result<Map<String, Value>> {
        let found = match read!(self, u8) {
            tag @ 0x80..=0x8f => usize::from(tag & 0xf),
            0xde => read!(self, u16).into(),
            0xdf => read!(self, u32) as usize,
            _ => return Err(NO_VALUE),
        };
        let mut map = Map::new();
        self.nested(|this| {
            for _ in 0..found {
                map.insert(this.text()?, this.value()?);
            }
            Ok(())
        })?;
        match map.len() {
            distinct if distinct == found => Ok(map),
            distinct => Err(LiftError::Duplicate { found, distinct }),
        }
    }

    pub(super) fn number(&mut self) -> Result<Number> {
        Ok(match read!(self, u8) {
            tag @ 0..=0x7f => tag.into(),
            tag @ 0xe0..=0xff => tag.cast_signed().into(),
            0xcc => read!(self, u8).into(),
            0xcd => read!(self, u16).into(),
            0xce => read!(self, u32).into(),
            0xcf => read!(self, u64).into(),
            0xd0 => read!(self, i8).into(),
            0xd1 => read!(self, i16).into(),
            0xd2 => read!(self, i32).into(),
            0xd3 => read!(self, i64).into(),
            0xca => Number::from_f64(read!(self, f32).into()).ok_or(NOT_FINITE)?,
            0xcb => Number::from_f64(read!(self, f64)).ok_or(NOT_FINITE)?,
            0xc7 => {
                let len = read!(self, u8).into();
                self.digits(len)?
            }
            0xc8 => {
                let len = read!(self, u16).into();
                self.digits(len)?
            }
            0xc9 => {
                let len = read!(self, u32) as usize;
                self.digits(len)?
            }
            tag @ 0xd4..=0xd8 => self.digits(1 << (tag - 0xd4))?,
            _ => return Err(NO_VALUE),
        })
    }

    /// Reads the type of an extension, and its bytes as a number.
    fn digits(&mut self, len: usize) -> Result<Number> {
        if read!(self, u8) != NUMBER {
            return Err(NO_VALUE);
        }
        number::parse(utf8(self.take(len)?)?)
    }

    fn elements(&mut self) -> Result<Vec<Value>> {
        let len = match read!(self, u8) {
            tag @ 0x90..=0x9f => usize::from(tag & 0xf),
            0xdc => read!(self, u16).into(),
            _ => read!(self, u32) as usize,
        };
        // Each element has a byte, so no claimed length allocates without end.
        let mut elements = Vec::with_capacity(len.min(self.bytes.len()));
        self.nested(|this| {
            for _ in 0..len {
                elements.push(this.value()?);
            }
            Ok(())
        })?;
        Ok(elements)
    }

    fn text(&mut self) -> Result<String> {
        let len = match read!(self, u8) {
            tag @ 0xa0..=0xbf => usize::from(tag & 0x1f),
            0xd9 => read!(self, u8).into(),
            0xda => read!(self, u16).into(),
            0xdb => read!(self, u32) as usize,
            _ => return Err(NO_VALUE),
        };
        utf8(self.take(len)?).map(str::to_owned)
    }

    fn nested(&mut self, read: impl FnOnce(&mut Self) -> Result<()>) -> Result<()> {
        self.depth += 1;
        if self.depth >= DEPTH {
            return Err(TOO_DEEP);
        }
        read(self)?;
        self.depth -= 1;
        Ok(())
    }

    fn take(&mut self, len: usize) -> Result<&'b [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(len).ok_or(NOT_ONE)?;
        self.bytes = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let (taken, rest) = self.bytes.split_first_chunk().ok_or(NOT_ONE)?;
        self.bytes = rest;
        Ok(*taken)
    }
}

fn utf8(bytes: &[u8]) -> Result<&str> {
    core::str::from_utf8(bytes).map_err(|error| LiftError::Text(error.valid_up_to()))
}
