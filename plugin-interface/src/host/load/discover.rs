//! Discover: the files of a directory that may be libraries.

use std::ffi::OsStr;
use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::host::error::LoadError;
use crate::host::load::settle::PATIENCE;

/// Returns the files in `directory`, not deeper, with the suffix of the
/// platform's libraries, sorted by name. Opens none of them.
pub(crate) fn candidates(directory: &Path) -> Result<Vec<PathBuf>, LoadError> {
    let unreadable = |source: io::Error| {
        let path = directory.to_owned();
        match source.kind() {
            io::ErrorKind::NotFound => LoadError::DirectoryMissing { path },
            io::ErrorKind::NotADirectory => LoadError::NotADirectory { path },
            // Not every system says so.
            _ if directory.is_file() => LoadError::NotADirectory { path },
            _ => LoadError::ReadDirectory { path, source },
        }
    };
    let mut candidates = Vec::new();
    for entry in directory.read_dir().map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension() == Some(OsStr::new(std::env::consts::DLL_EXTENSION)) {
            candidates.push(path);
        }
    }
    candidates.sort();
    Ok(candidates)
}

/// A file that is to be loaded.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Candidate<'p> {
    /// The path by which the library is known to the host.
    pub(crate) path: &'p Path,
    /// The file to read: that one, or a copy of it.
    pub(crate) file: &'p Path,
    found: Found,
    /// The time that a writer may take to close the file.
    pub(crate) patience: Duration,
}

/// The way in which a candidate is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    /// The host names the file.
    Named,
    /// It is in a directory that was scanned.
    InDirectory,
    /// The same, and the policy allows the directory.
    InChecked,
}

impl<'p> Candidate<'p> {
    /// A file that the host names.
    pub(crate) fn named(path: &'p Path) -> Self {
        Candidate { path, file: path, found: Found::Named, patience: PATIENCE }
    }

    /// A file that was found in a directory.
    pub(crate) fn found(path: &'p Path) -> Self {
        Candidate { found: Found::InDirectory, ..Self::named(path) }
    }

    /// A file that was found in a directory which the policy allows.
    pub(crate) fn found_in_checked(path: &'p Path) -> Self {
        Candidate { found: Found::InChecked, ..Self::named(path) }
    }

    /// Reads a copy of the file, which another process made.
    pub(crate) fn copied_to(self, file: &'p Path) -> Self {
        Candidate { file, ..self }
    }

    /// Sets the time that a writer may take to close the file.
    pub(crate) fn patient(self, patience: Duration) -> Self {
        Candidate { patience, ..self }
    }

    /// Looks the file up. Refuses a link without a target; the policy judges a
    /// target as a file that the host names. Returns the metadata of a file that
    /// is no link, if that was looked up.
    pub(super) fn find(&self) -> Result<Option<Metadata>, LoadError> {
        if self.found == Found::Named {
            return Ok(None);
        }
        let unreadable = |source| LoadError::Read { path: self.file.to_owned(), source };
        let found = self.file.symlink_metadata().map_err(unreadable)?;
        if !found.is_symlink() {
            return Ok(Some(found));
        }
        let to = self.file.read_link().map_err(unreadable)?;
        let broken = |source| LoadError::LinkBroken { path: self.file.to_owned(), to, source };
        self.file.metadata().map_err(broken).map(|_| None)
    }

    /// Returns `true` for a link that was found in a directory.
    pub(super) fn is_link(&self, found: Option<&Metadata>) -> bool {
        self.found != Found::Named && found.is_none()
    }

    /// Returns `true` if the policy has allowed the directory already.
    pub(super) fn is_in_checked_directory(&self, found: Option<&Metadata>) -> bool {
        self.found == Found::InChecked && found.is_some()
    }
}
