//! Copy: a private file that nobody else writes, made once.
//!
//! What is checked and mapped is this copy. A library that others write to
//! while it is mapped would take the host with it; and the dynamic linker
//! knows a library by its path, so that each load needs a path of its own.

use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::host::error::LoadError;

/// A copy in a directory of its own, removed when dropped.
#[derive(Debug)]
pub(crate) struct PrivateCopy {
    path: PathBuf,
    len: u64,
    // Last: removes the directory.
    directory: TempDir,
}

impl PrivateCopy {
    /// Copies `source`, which must be a regular file that does not change.
    pub(crate) fn of(source: &Path) -> Result<Self, LoadError> {
        let unreadable = |error| LoadError::Read { path: source.to_owned(), source: error };
        let mut original = open_without_waiting(source).map_err(unreadable)?;
        let before = original.metadata().map_err(unreadable)?;
        if !before.is_file() {
            return Err(LoadError::NotAFile { path: source.to_owned(), found: kind_of(&before) });
        }
        let copy = Self::write(source, &mut original)?;
        let after = original.metadata().map_err(unreadable)?;
        if copy.len != before.len() || is_changed(&before, &after) {
            return Err(LoadError::StillWritten { path: source.to_owned() });
        }
        Ok(copy)
    }

    fn write(source: &Path, original: &mut File) -> Result<Self, LoadError> {
        let failed = |to: &Path| {
            let (path, to) = (source.to_owned(), to.to_owned());
            move |source| LoadError::Copy { path, to, source }
        };
        // Only its owner may enter: `tempfile` makes it with mode 700.
        let directory = tempfile::Builder::new()
            .prefix(concat!(env!("CARGO_PKG_NAME"), "-"))
            .tempdir()
            .map_err(failed(&std::env::temp_dir()))?;
        // Under its own name, by which debuggers and backtraces show it.
        let path = directory.path().join(source.file_name().unwrap_or_default());
        let mut file = File::create_new(&path).map_err(failed(&path))?;
        let len = io::copy(original, &mut file).map_err(failed(&path))?;
        Ok(PrivateCopy { path, len, directory })
    }

    /// Where the copy is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether both copies have the same content.
    pub(crate) fn is_same_as(&self, other: &PrivateCopy) -> bool {
        self.len == other.len
            && matches!((std::fs::read(&self.path), std::fs::read(&other.path)), (Ok(a), Ok(b)) if a == b)
    }

    /// Leaves the copy behind; whoever knows its path removes it.
    pub(crate) fn keep(self) -> PathBuf {
        let _ = self.directory.keep();
        self.path
    }
}

/// Opens a file for reading, and returns at once if it is a pipe that nobody
/// writes to.
fn open_without_waiting(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.custom_flags(libc::O_NONBLOCK);
    }
    options.open(path)
}

fn is_changed(before: &Metadata, after: &Metadata) -> bool {
    before.len() != after.len() || before.modified().ok() != after.modified().ok()
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
