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

/// Refuses a link that leads out of its own directory, or nowhere.
pub(crate) fn check_link(path: &Path) -> Result<(), LoadError> {
    let unreadable = |source| LoadError::Read { path: path.to_owned(), source };
    if !path.symlink_metadata().map_err(unreadable)?.is_symlink() {
        return Ok(());
    }
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
