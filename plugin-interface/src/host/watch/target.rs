//! The target of a watch: a directory, with or without those below, or one
//! file.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// A directory as its user names it, and the files in it to watch.
#[derive(Clone, Debug)]
pub(crate) struct WatchTarget {
    pub(super) directory: PathBuf,
    pub(super) is_recursive: bool,
    /// The only file to watch; `None` for all libraries.
    pub(super) only: Option<PathBuf>,
}

impl WatchTarget {
    /// Targets the libraries of a directory.
    pub(crate) fn directory(directory: &Path, is_recursive: bool) -> Self {
        WatchTarget { directory: directory.to_owned(), is_recursive, only: None }
    }

    /// Targets one library.
    pub(crate) fn file(file: &Path) -> Self {
        let directory = file.parent().filter(|parent| !parent.as_os_str().is_empty());
        let directory = directory.unwrap_or(Path::new(".")).to_owned();
        WatchTarget { directory, is_recursive: false, only: Some(file.to_owned()) }
    }

    /// Returns the user's path of a file, from its path below the directory.
    /// Returns `None` if the file is too deep to be watched.
    pub(super) fn name(&self, below: &Path) -> Option<PathBuf> {
        let is_direct = below.parent() == Some(Path::new(""));
        if !is_direct && !self.is_recursive {
            return None;
        }
        match &self.only {
            Some(file) if file.file_name() == Some(below.as_os_str()) => Some(file.clone()),
            _ => Some(self.directory.join(below)),
        }
    }

    /// Returns `true` if that is the path of a watched library.
    pub(super) fn has(&self, name: &Path) -> bool {
        self.only.as_ref().map_or_else(|| is_candidate(name), |only| only == name)
    }
}

/// Returns `true` if a file is named as libraries are.
fn is_candidate(path: &Path) -> bool {
    path.extension() == Some(OsStr::new(std::env::consts::DLL_EXTENSION))
}
