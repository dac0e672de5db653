//! The difference between a library and its lock.

use core::fmt;
use std::path::PathBuf;

/// The first difference between a library and what was locked.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LockDifference {
    /// The lock file.
    pub lock: PathBuf,
    /// The line in it, 0 if the lock was not read from a file.
    pub line: usize,
    /// The key of the lock that differs, such as `sha256`.
    pub what: &'static str,
    /// The value in the lock.
    pub expected: String,
    /// The value of the library.
    pub found: String,
}

impl fmt::Display for LockDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let LockDifference { lock, line, what, expected, found } = self;
        let lock = lock.display();
        write!(
            f,
            "expected {what} {expected} ({lock}:{line}), found {found}; restore the file, or approve this one by `plugin-host lock`"
        )
    }
}
