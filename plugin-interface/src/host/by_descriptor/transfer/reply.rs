//! The outcome of a call, in the message of the process that it ran in.

use std::cell::Cell;

use super::read::{Read, Source};
use crate::PanicLocation;

/// The begin of a message of a call, which whoever sends it writes.
pub(crate) const HEAD: usize = 25;

/// The longest message, in bytes.
pub(crate) const LONGEST: usize = 16 << 20;

pub(crate) fn too_long(found: usize) -> String {
    format!("expected a message of at most {LONGEST} bytes, found {found}")
}

/// The outcome of a call.
#[derive(Debug, PartialEq)]
pub(crate) enum Reply<'b> {
    /// What it returned: the value of `Err`, or the other one, and then each `&mut`
    /// argument.
    Returned {
        failed: bool,
        values: &'b [u8],
    },
    Panicked {
        message: String,
        location: Option<PanicLocation>,
    },
    /// The method returned an invalid value.
    Invalid(String),
    /// Nothing was called.
    Refused(String),
}

impl<'b> Reply<'b> {
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        match self {
            Reply::Returned { failed, values } => {
                out.push(u8::from(*failed));
                out.extend(*values);
            }
            Reply::Panicked { message, location } => {
                out.push(2);
                put_text(message, out);
                out.push(u8::from(location.is_some()));
                if let Some(location) = location {
                    put_text(&location.file, out);
                    out.extend(location.line.to_le_bytes());
                    out.extend(location.column.to_le_bytes());
                }
            }
            Reply::Invalid(reason) => {
                out.push(3);
                put_text(reason, out);
            }
            Reply::Refused(reason) => {
                out.push(4);
                put_text(reason, out);
            }
        }
    }

    /// Returns `true` if the bytes say that nothing was called.
    pub(crate) fn is_refusal(bytes: &[u8]) -> bool {
        bytes.first() == Some(&4)
    }

    pub(crate) fn read(bytes: &'b [u8]) -> Read<Self> {
        if let [kind @ (0 | 1), values @ ..] = bytes {
            return Ok(Reply::Returned { failed: *kind == 1, values });
        }
        let mut from = Source::new(bytes);
        let reply = match from.take(1)?[0] {
            2 => {
                let message = text(&mut from)?;
                let location = match from.tag()? {
                    0 => None,
                    _ => PanicLocation::known(text(&mut from)?, from.u32()?, from.u32()?),
                };
                Reply::Panicked { message, location }
            }
            3 => Reply::Invalid(text(&mut from)?),
            4 => Reply::Refused(text(&mut from)?),
            kind => return Err(format!("expected a kind of reply below 5, found {kind}")),
        };
        from.end()?;
        Ok(reply)
    }
}

fn put_text(text: &str, out: &mut Vec<u8>) {
    // Longer than a message may be, it is refused there.
    out.extend((text.len() as u32).to_le_bytes());
    out.extend(text.as_bytes());
}

fn text(from: &mut Source<'_, '_>) -> Read<String> {
    let len = from.u32()? as usize;
    let bytes = from.take(len)?.to_vec();
    String::from_utf8(bytes).map_err(|error| error.to_string())
}

/// Lends a buffer for a message, which keeps its memory for the next one.
pub(crate) fn with_buffer<R>(use_it: impl FnOnce(&mut Vec<u8>) -> R) -> R {
    let mut buffer = take_buffer();
    let used = use_it(&mut buffer);
    keep_buffer(buffer);
    used
}

thread_local! {
    static BUFFER: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// Returns an empty buffer for a message.
pub(crate) fn take_buffer() -> Vec<u8> {
    // A thread that ends has none any more; a call within another one gets its own.
    let mut buffer = BUFFER.try_with(Cell::take).unwrap_or_default();
    buffer.clear();
    buffer
}

/// Keeps the memory of a buffer for the next message.
pub(crate) fn keep_buffer(buffer: Vec<u8>) {
    /// The most memory that is kept by each thread.
    const KEPT: usize = 1 << 20;
    if buffer.capacity() <= KEPT {
        let _ = BUFFER.try_with(|kept| kept.set(buffer));
    }
}
