//! Regular: the candidate is a file, and no directory or pipe.

use std::fs::Metadata;
use std::path::Path;

use crate::host::error::LoadError;

/// Refuses what is no regular file.
pub(super) fn check_regular(path: &Path, metadata: &Metadata) -> Result<(), LoadError> {
    if metadata.is_file() {
        return Ok(());
    }
    Err(LoadError::NotAFile { path: path.to_owned(), found: kind_of(metadata) })
}

fn kind_of(metadata: &Metadata) -> &'static str {
    let kind = metadata.file_type();
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if kind.is_fifo() {
            return "a named pipe";
        }
        if kind.is_socket() {
            return "a socket";
        }
        if kind.is_block_device() || kind.is_char_device() {
            return "a device";
        }
    }
    if kind.is_dir() { "a directory" } else { "something else" }
}
