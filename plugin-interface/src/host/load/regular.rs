//! Regular: the candidate is a file, and no directory or pipe.

use std::fs::Metadata;
use std::path::Path;

use crate::host::error::LoadError;
use crate::host::platform;

/// Refuses what is no regular file.
pub(crate) fn check_regular(path: &Path, metadata: &Metadata) -> Result<(), LoadError> {
    if metadata.is_file() {
        return Ok(());
    }
    Err(LoadError::NotAFile { path: path.to_owned(), found: kind_of(metadata) })
}

fn kind_of(metadata: &Metadata) -> &'static str {
    let kind = metadata.file_type();
    if let Some(special) = platform::special_file(kind) {
        return special;
    }
    if kind.is_dir() { "a directory" } else { "something else" }
}
