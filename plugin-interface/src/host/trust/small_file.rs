//! Small files of text from outside: locks, keys and signatures.

use std::io::{self, Read as _};
use std::path::Path;

use crate::host::file::lines::Lines;
use crate::host::file::open::open_without_waiting;

/// The reason why a file cannot be used.
pub(super) enum Fault {
    Read(io::Error),
    TooLarge(u64),
    Empty,
    /// The line, and the first byte in it that is no text.
    NotText(usize, u8),
}

/// Reads a regular file of at most that size.
pub(super) fn read(path: &Path, most: u64) -> Result<Vec<u8>, Fault> {
    let file = open_without_waiting(path).map_err(Fault::Read)?;
    let metadata = file.metadata().map_err(Fault::Read)?;
    if !metadata.is_file() {
        return Err(Fault::Read(io::Error::other("it is no regular file")));
    }
    let mut content = Vec::new();
    file.take(most + 1).read_to_end(&mut content).map_err(Fault::Read)?;
    let found = metadata.len().max(content.len() as u64);
    match found > most {
        true => Err(Fault::TooLarge(found)),
        false => Ok(content),
    }
}

/// Returns content as text that is not empty.
pub(super) fn text(content: &[u8], most: u64) -> Result<&str, Fault> {
    if content.len() as u64 > most {
        return Err(Fault::TooLarge(content.len() as u64));
    }
    let text = core::str::from_utf8(content).map_err(|error| {
        let at = error.valid_up_to();
        Fault::NotText(Lines::of(&content[..at]).number(at), content[at])
    })?;
    match text.trim().is_empty() {
        true => Err(Fault::Empty),
        false => Ok(text),
    }
}

/// Returns the beginning of a text from outside, without what would disturb a
/// terminal.
pub(super) fn shown(text: &str) -> String {
    let printable = |c: char| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c };
    text.chars().take(80).map(printable).collect()
}
