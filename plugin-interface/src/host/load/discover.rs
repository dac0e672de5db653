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
    links: Links,
    /// The time that a writer may take to close the file.
    pub(crate) patience: Duration,
}

/// The links that a candidate may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Links {
    /// Any link: the host names the file itself.
    Any,
    /// Links within the directory that was scanned.
    Inner,
    /// The same, of a directory that the policy allows.
    InnerOfChecked,
}

impl<'p> Candidate<'p> {
    /// A file that the host names.
    pub(crate) fn named(path: &'p Path) -> Self {
        Candidate { path, file: path, links: Links::Any, patience: PATIENCE }
    }

    /// A file that was found in a directory.
    pub(crate) fn found(path: &'p Path) -> Self {
        Candidate { links: Links::Inner, ..Self::named(path) }
    }

    /// A file that was found in a directory which the policy allows.
    pub(crate) fn found_in_checked(path: &'p Path) -> Self {
        Candidate { links: Links::InnerOfChecked, ..Self::named(path) }
    }

    /// Reads a copy of the file, which another process made.
    pub(crate) fn copied_to(self, file: &'p Path) -> Self {
        Candidate { file, ..self }
    }

    /// Sets the time that a writer may take to close the file.
    pub(crate) fn patient(self, patience: Duration) -> Self {
        Candidate { patience, ..self }
    }

    /// Looks the file up. Refuses a link without a target, and one that leaves
    /// its directory. Returns the metadata of a file that is no link, if that
    /// was looked up.
    pub(super) fn find(&self) -> Result<Option<Metadata>, LoadError> {
        if self.links == Links::Any {
            return Ok(None);
        }
        let unreadable = |source| LoadError::Read { path: self.file.to_owned(), source };
        let found = self.file.symlink_metadata().map_err(unreadable)?;
        if !found.is_symlink() {
            return Ok(Some(found));
        }
        check_target(self.file).map(|()| None)
    }

    /// Returns `true` if the policy has allowed the directory already.
    pub(super) fn is_in_checked_directory(&self, found: Option<&Metadata>) -> bool {
        self.links == Links::InnerOfChecked && found.is_some()
    }
}

fn check_target(path: &Path) -> Result<(), LoadError> {
    let unreadable = |source| LoadError::Read { path: path.to_owned(), source };
    let to = path.read_link().map_err(unreadable)?;
    let broken = |source| LoadError::LinkBroken { path: path.to_owned(), to: to.clone(), source };
    let target = path.canonicalize().map_err(broken)?;
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let directory = directory.unwrap_or(Path::new(".")).canonicalize().map_err(unreadable)?;
    if target.starts_with(directory) {
        return Ok(());
    }
    Err(LoadError::LinkOutside { path: path.to_owned(), to: target })
}
