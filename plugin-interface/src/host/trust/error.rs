//! The error of reading or writing a lock file.

use core::fmt;
use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};

use crate::host::error::{ErrorClass, debug_as_message};

/// The error of a `plugins.lock` that cannot be used.
///
/// ```
/// use plugin_interface::{LockError, PluginLock};
///
/// let error = PluginLock::parse("plugins.lock", b"version = 2\n").unwrap_err();
/// assert!(matches!(error, LockError::Version { line: 1, .. }));
/// assert!(error.to_string().starts_with("plugins.lock:1: expected version = 1, found 2"));
/// ```
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum LockError {
    /// The file cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The lock file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// The file cannot be written.
    #[error("cannot write {}", path.display())]
    Write {
        /// The lock file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// Any user may modify the lock file, or replace it.
    #[error(
        "{} can be written by everybody, so the lock {} cannot be trusted; run `chmod o-w {}`, or allow it by `LoadPolicy::allow_world_writable`",
        culprit.display(),
        path.display(),
        culprit.display()
    )]
    WorldWritable {
        /// The lock file.
        path: PathBuf,
        /// The file or directory that any user may modify.
        culprit: PathBuf,
    },
    /// The file is empty.
    #[error(
        "{} is empty: expected a lock, or a list of what is revoked, that begins with `version = 1`",
        path.display()
    )]
    Empty {
        /// The lock file.
        path: PathBuf,
    },
    /// The file is larger than any lock.
    #[error(
        "{} is too large: expected at most {most} bytes, found {found}; is it a lock file?",
        path.display()
    )]
    TooLarge {
        /// The lock file.
        path: PathBuf,
        /// The largest size that is read.
        most: u64,
        /// The size of the file.
        found: u64,
    },
    /// The file has bytes that are no text.
    #[error(
        "{}:{line}: expected text in UTF-8, found the byte {byte:#04x}; write the file again",
        path.display()
    )]
    NotText {
        /// The lock file.
        path: PathBuf,
        /// The line of the byte.
        line: usize,
        /// The byte.
        byte: u8,
    },
    /// The text is no TOML.
    #[error("{}:{line}: expected TOML: {message}; found `{found}`", path.display())]
    Syntax {
        /// The lock file.
        path: PathBuf,
        /// The line.
        line: usize,
        /// The parser's message.
        message: String,
        /// The text of the line.
        found: String,
    },
    /// The lock is of another version of the format.
    #[error(
        "{}:{line}: expected version = {expected}, found {found}; use the plugin-host that wrote it, or write it again by `plugin-host lock`",
        path.display()
    )]
    Version {
        /// The lock file.
        path: PathBuf,
        /// The line.
        line: usize,
        /// The version that is read.
        expected: u32,
        /// The version of the file.
        found: String,
    },
    /// A key is missing.
    #[error("{}:{line}: expected a key `{key}` in {of}, found none", path.display())]
    Missing {
        /// The lock file.
        path: PathBuf,
        /// The line where its table begins.
        line: usize,
        /// The key.
        key: &'static str,
        /// The table that lacks the key.
        of: &'static str,
    },
    /// A key is unknown.
    #[error("{}:{line}: expected in {of} one of {expected}, found the key `{found}`", path.display())]
    UnknownKey {
        /// The lock file.
        path: PathBuf,
        /// The line.
        line: usize,
        /// The table that has the key.
        of: &'static str,
        /// The keys that are known.
        expected: String,
        /// The key.
        found: String,
    },
    /// The value of a key is not of its kind.
    #[error("{}:{line}: expected `{key}` to be {expected}, found {found}", path.display())]
    Value {
        /// The lock file.
        path: PathBuf,
        /// The line.
        line: usize,
        /// The key.
        key: &'static str,
        /// The kind of value that is expected.
        expected: &'static str,
        /// The value.
        found: String,
    },
    /// A library is of an earlier version than the one that was locked.
    #[error(
        "{}:{line}: expected {name} of version {locked} or later, found {found}; install that version, or allow the earlier one by `plugin-host lock --allow-downgrade {name}`",
        path.display()
    )]
    Downgrade {
        /// The lock file.
        path: PathBuf,
        /// The line of the file that was locked.
        line: usize,
        /// The package.
        name: String,
        /// The version that was locked.
        locked: String,
        /// The version of the library.
        found: String,
    },
    /// A file is locked twice.
    #[error(
        "{}:{line}: expected each file once, found {file} again, which line {first} locks; remove one of them",
        path.display()
    )]
    Duplicate {
        /// The lock file.
        path: PathBuf,
        /// The line of the second one.
        line: usize,
        /// The line of the first one.
        first: usize,
        /// The name of the plugin's file.
        file: String,
    },
}

debug_as_message!(LockError);

impl LockError {
    /// Returns the lock file.
    pub fn path(&self) -> &Path {
        use LockError as E;
        match self {
            E::Read { path, .. }
            | E::Write { path, .. }
            | E::WorldWritable { path, .. }
            | E::Empty { path }
            | E::TooLarge { path, .. }
            | E::NotText { path, .. }
            | E::Syntax { path, .. }
            | E::Version { path, .. }
            | E::Missing { path, .. }
            | E::UnknownKey { path, .. }
            | E::Value { path, .. }
            | E::Downgrade { path, .. }
            | E::Duplicate { path, .. } => path,
        }
    }

    /// Returns the class of the error: what a program does about it.
    pub fn class(&self) -> ErrorClass {
        match self {
            LockError::Read { source, .. } if source.kind() == io::ErrorKind::NotFound => {
                ErrorClass::Usage
            }
            LockError::WorldWritable { .. } | LockError::Downgrade { .. } => ErrorClass::Refused,
            _ => ErrorClass::Failed,
        }
    }
}
