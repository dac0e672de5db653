//! The place of a library in memory, where only its path is known.

use std::path::{Path, PathBuf};

/// A library that was opened by a path.
#[derive(Clone, Debug)]
pub(crate) struct Image(PathBuf);

impl Image {
    /// Returns the place of the library that was opened by this path.
    pub(crate) fn of(path: &Path) -> Self {
        Image(path.to_owned())
    }

    /// Returns `true` if the library may be mapped.
    pub(crate) fn is_mapped(&self) -> bool {
        super::is_mapped(&self.0)
    }
}
