//! Discover: the files of a directory that may be libraries.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use crate::host::error::LoadError;

/// The files below `directory`, not deeper, whose names end as the platform's
/// libraries do, sorted by name. None is opened.
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
