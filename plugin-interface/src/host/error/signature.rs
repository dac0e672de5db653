//! The error of a signature, or of the keys that it is checked by.

use core::fmt;
use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};

use super::class::ErrorClass;
use super::debug::debug_as_message;
use super::load_texts::listed;

/// The error of a signature, or of a file of trusted keys.
///
/// Each names its file, and the line where there is one.
///
/// ```
/// use plugin_interface::SignatureError;
///
/// let error = SignatureError::Empty { path: "libx.so.minisig".into() };
/// assert!(error.to_string().starts_with("libx.so.minisig is empty"));
/// ```
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// The file cannot be read.
    #[error("cannot read {}: {error}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's error.
        error: io::Error,
    },
    /// Others than the owner may modify the file of keys, or replace it.
    #[error(
        "{} can be written by others than its owner, so the keys in {} cannot be trusted; run `chmod go-w {}`, and let it belong to you or to root",
        culprit.display(),
        path.display(),
        culprit.display()
    )]
    OthersMayWrite {
        /// The file of keys.
        path: PathBuf,
        /// The file or directory that others may modify.
        culprit: PathBuf,
    },
    /// The file is empty.
    #[error(
        "{} is empty: expected lines as `minisign` writes them, the first of which begins with `untrusted comment: `",
        path.display()
    )]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// The file is larger than any signature, or any file of keys.
    #[error("{} is too large: expected at most {most} bytes, found {found}", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The largest size that is read.
        most: u64,
        /// The size of the file.
        found: u64,
    },
    /// The file has bytes that are no text.
    #[error("{}:{line}: expected text in UTF-8, found the byte {byte:#04x}", path.display())]
    NotText {
        /// The file.
        path: PathBuf,
        /// The line of the byte.
        line: usize,
        /// The byte.
        byte: u8,
    },
    /// A line is not as `minisign` writes it.
    #[error("{}:{line}: expected {expected}, found {found}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// The line.
        line: usize,
        /// The content of the line that is expected.
        expected: &'static str,
        /// The line.
        found: String,
    },
    /// The signature or the key is of another algorithm.
    #[error(
        "{}:{line}: expected {expected}, found the algorithm {found}; use `plugin-host sign`, or `minisign` of version 0.10 or later",
        path.display()
    )]
    Algorithm {
        /// The file.
        path: PathBuf,
        /// The line.
        line: usize,
        /// The algorithm that is expected.
        expected: &'static str,
        /// The algorithm of the file.
        found: String,
    },
    /// Two keys of a file have one id.
    #[error(
        "{}:{line}: expected each key once, found {key} again, which line {first} has; remove one of them",
        path.display()
    )]
    DuplicateKey {
        /// The file of keys.
        path: PathBuf,
        /// The line of the second key.
        line: usize,
        /// The line of the first key.
        first: usize,
        /// The id of the keys.
        key: String,
    },
    /// The signature was made with a key that is not trusted.
    #[error(
        "{}:{line}: expected a trusted key, {}, found {key}; trust that key if you know whose it is, by `LoadPolicy::trusted_keys`",
        path.display(),
        if trusted.is_empty() { "of which there is none".to_owned() } else { listed(trusted, " or ") }
    )]
    UnknownKey {
        /// The file of the signature.
        path: PathBuf,
        /// The line.
        line: usize,
        /// The id of its key.
        key: String,
        /// The ids of the keys that are trusted.
        trusted: Vec<String>,
    },
    /// The signature is of another content.
    #[error(
        "{}:{line}: expected the signature of this file by {key}, found another; the file, the signature or its trusted comment was modified: sign the file again, or restore it",
        path.display()
    )]
    Invalid {
        /// The file of the signature.
        path: PathBuf,
        /// The line of the signature.
        line: usize,
        /// The id of the key.
        key: String,
    },
    /// The trusted comment is not what the metadata of the library says.
    #[error(
        "{}:{line}: expected the trusted comment to have {what} {expected}, as the library says, found {found}; sign it by `plugin-host sign`",
        path.display()
    )]
    Comment {
        /// The file of the signature.
        path: PathBuf,
        /// The line of the comment.
        line: usize,
        /// The part that differs: `name`, `version` or `interfaces`.
        what: &'static str,
        /// The value of the library.
        expected: String,
        /// The value of the comment.
        found: String,
    },
}

debug_as_message!(SignatureError);

impl SignatureError {
    /// Returns the file of the signature, or of the keys.
    pub fn path(&self) -> &Path {
        use SignatureError as E;
        match self {
            E::Read { path, .. }
            | E::OthersMayWrite { path, .. }
            | E::Empty { path }
            | E::TooLarge { path, .. }
            | E::NotText { path, .. }
            | E::Line { path, .. }
            | E::Algorithm { path, .. }
            | E::DuplicateKey { path, .. }
            | E::UnknownKey { path, .. }
            | E::Invalid { path, .. }
            | E::Comment { path, .. } => path,
        }
    }

    /// Returns the class of the error: what a program does about it.
    pub fn class(&self) -> ErrorClass {
        match self {
            SignatureError::Read { error, .. } => ErrorClass::of(error),
            SignatureError::Invalid { .. }
            | SignatureError::Comment { .. }
            | SignatureError::UnknownKey { .. }
            | SignatureError::OthersMayWrite { .. } => ErrorClass::Refused,
            _ => ErrorClass::Failed,
        }
    }
}
