//! A file that is read again when it changes.

use std::path::PathBuf;

use crate::host::watch::Attempt;

/// The file of a configuration, and its state when it was read last.
pub(super) struct FollowedFile {
    file: PathBuf,
    read: Option<Attempt>,
}

impl FollowedFile {
    pub(super) fn new(file: PathBuf) -> Self {
        FollowedFile { file, read: None }
    }

    /// Returns the file if it was changed since the last call.
    pub(super) fn changed(&mut self) -> Option<PathBuf> {
        if self.read.as_ref().is_some_and(|read| read.is_current(&self.file)) {
            return None;
        }
        self.read = Some(Attempt::begin(&self.file));
        Some(self.file.clone())
    }
}
