//! The error of reading a library without running it.

use core::fmt;
use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};

use super::debug::debug_as_message;
use crate::host::platform::machine::machine;
use crate::metadata::{MetadataError, SECTION};

/// The error of reading a library that is no plugin, or is damaged.
///
/// ```
/// let error = plugin_interface::inspect("Cargo.toml").unwrap_err();
/// assert!(matches!(error, plugin_interface::InspectError::NotALibrary { .. }));
/// ```
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum InspectError {
    /// The file cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// The file is not a dynamic library of any platform.
    #[error("{} is not a dynamic library: {reason}; name one, or build it again", path.display())]
    NotALibrary {
        /// The file.
        path: PathBuf,
        /// The reason.
        reason: String,
    },
    /// The library lacks a part of itself.
    #[error("{} is damaged or incomplete: {reason}; build or copy it again", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The reason.
        reason: String,
    },
    /// The library is for another kind of machine.
    #[error(
        "{} is a library for {found}, this host runs on {}; build it for this machine",
        path.display(),
        machine()
    )]
    OtherMachine {
        /// The file.
        path: PathBuf,
        /// The machine that it is for.
        found: String,
    },
    /// The library has no metadata: it was not built as a plugin.
    #[error(
        "{} is a library, but no plugin: it has no section {SECTION}; a plugin says #[plugin_aggregates(..)] at its crate root",
        path.display()
    )]
    NotAPlugin {
        /// The file.
        path: PathBuf,
    },
    /// The metadata is damaged, or of another format.
    #[error("{}: its metadata cannot be read", path.display())]
    Metadata {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: MetadataError,
    },
}

debug_as_message!(InspectError);

#[cfg(feature = "trust")]
impl InspectError {
    /// The same error, of a file that was read from memory.
    pub(crate) fn at(mut self, file: &Path) -> Self {
        use InspectError as E;
        match &mut self {
            E::Read { path, .. }
            | E::NotALibrary { path, .. }
            | E::Damaged { path, .. }
            | E::OtherMachine { path, .. }
            | E::NotAPlugin { path }
            | E::Metadata { path, .. } => file.clone_into(path),
        }
        self
    }
}

pub(crate) fn unreadable(path: &Path, source: io::Error) -> InspectError {
    InspectError::Read { path: path.to_owned(), source }
}

pub(crate) fn not_a_library(path: &Path, reason: String) -> InspectError {
    InspectError::NotALibrary { path: path.to_owned(), reason }
}

pub(crate) fn damaged(path: &Path, reason: String) -> InspectError {
    InspectError::Damaged { path: path.to_owned(), reason }
}
