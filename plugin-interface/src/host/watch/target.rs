//! What is watched: a directory, with those below it or without, or one file.

use std::path::{Path, PathBuf};

use crate::host::watch::scan::is_candidate;

/// A directory as its user names it, and which of its files matter.
#[derive(Clone, Debug)]
pub(crate) struct WatchTarget {
    pub(super) directory: PathBuf,
    pub(super) is_recursive: bool,
    /// The only file that matters.
    pub(super) only: Option<PathBuf>,
}

impl WatchTarget {
    /// The libraries of a directory.
    pub(crate) fn directory(directory: &Path, is_recursive: bool) -> Self {
        WatchTarget { directory: directory.to_owned(), is_recursive, only: None }
    }

    /// One library.
    pub(crate) fn file(file: &Path) -> Self {
        let directory = file.parent().filter(|parent| !parent.as_os_str().is_empty());
        let directory = directory.unwrap_or(Path::new(".")).to_owned();
        WatchTarget { directory, is_recursive: false, only: Some(file.to_owned()) }
    }

    /// The user's name for what is called so below the directory, if it lies
    /// where it can matter.
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

    /// Whether that name is one of a library that matters.
    pub(super) fn has(&self, name: &Path) -> bool {
        self.only.as_ref().map_or_else(|| is_candidate(name), |only| only == name)
    }
}
