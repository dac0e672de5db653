//! The source location of the last panic of a thread.
//!
//! Only the panic hook receives it, but the code that catches the panic needs
//! it. It is stored in a thread-local without a destructor, since one with a
//! destructor would keep the library mapped.

use core::cell::Cell;
use core::fmt;
use core::panic::Location;

/// The length up to which the name of a file is stored in full.
const LEN: usize = 128;

/// A location in the source.
#[derive(Clone, Copy)]
pub(crate) struct SourceLocation {
    file: [u8; LEN],
    len: usize,
    pub(super) line: u32,
    pub(super) column: u32,
}

thread_local! {
    static LAST: Cell<SourceLocation> = const { Cell::new(SourceLocation::UNKNOWN) };
}

/// Stores a location for [`take`].
pub(super) fn set(location: SourceLocation) {
    LAST.set(location);
}

/// Returns the location of this thread's last panic, once.
pub(crate) fn take() -> SourceLocation {
    LAST.replace(SourceLocation::UNKNOWN)
}

impl SourceLocation {
    /// No location.
    pub(crate) const UNKNOWN: SourceLocation =
        SourceLocation { file: [0; LEN], len: 0, line: 0, column: 0 };

    /// Copies a location. Of a long file name it keeps the end, which says
    /// more.
    pub(super) fn of(location: &Location<'_>) -> Self {
        Self::copied(location.file(), location.line(), location.column())
    }

    /// Copies a location that was reported, likewise.
    pub(super) fn of_reported(location: &PanicLocation) -> Self {
        Self::copied(&location.file, location.line, location.column)
    }

    fn copied(name: &str, line: u32, column: u32) -> Self {
        let mut from = name.len().saturating_sub(LEN);
        while !name.is_char_boundary(from) {
            from += 1;
        }
        let name = &name.as_bytes()[from..];
        let mut file = [0; LEN];
        file[..name.len()].copy_from_slice(name);
        SourceLocation { file, len: name.len(), line, column }
    }

    /// Returns the name of the file, UTF-8; empty if unknown.
    pub(super) fn file(&self) -> &[u8] {
        &self.file[..self.len]
    }
}

/// The location of a panic in a plugin's source.
///
/// ```
/// use plugin_interface::{CallError, PanicLocation};
///
/// fn location(error: &CallError) -> Option<&PanicLocation> {
///     match error {
///         CallError::Panicked { location, .. } => location.as_ref(),
///         _ => None,
///     }
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PanicLocation {
    /// The file, as passed to the compiler; the end of a very long name.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
}

impl PanicLocation {
    /// Returns the location; `None` if the name of the file is empty.
    #[doc(hidden)]
    pub fn known(file: String, line: u32, column: u32) -> Option<Self> {
        (!file.is_empty()).then_some(PanicLocation { file, line, column })
    }
}

impl fmt::Display for PanicLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}
