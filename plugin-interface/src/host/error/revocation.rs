//! The reason why a library must not load any more.

use core::fmt;
use std::path::PathBuf;

/// The entry of a list by which a library is revoked.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Revocation {
    /// The file of the list.
    pub list: PathBuf,
    /// The line in it.
    pub line: usize,
    /// The part that is revoked: the SHA-256 digest or the key.
    pub what: &'static str,
    /// Its value.
    pub value: String,
    /// The reason that the list has.
    pub reason: String,
    /// `true` for a library that was loaded before it was revoked.
    pub is_loaded: bool,
}

impl fmt::Display for Revocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Revocation { list, line, what, value, reason, is_loaded } = self;
        write!(f, "{}:{line} revokes the {what} {value}", list.display())?;
        if !reason.is_empty() {
            write!(f, " ({})", reason.escape_debug())?;
        }
        f.write_str(match is_loaded {
            true => "; it is loaded: unload it, and remove the file",
            false => "; remove the file, or install another version",
        })
    }
}
