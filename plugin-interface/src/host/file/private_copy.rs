//! Copy: a private file that nobody else writes, made once.
//!
//! What is checked and mapped is this copy. A library that others write to
//! while it is mapped would take the host with it; and the dynamic linker
//! knows a library by its path, so that each load needs a path of its own.

use std::fs::{File, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::host::error::LoadError;
use crate::host::file::compare::{Content, Head};
use crate::host::file::paged::PagedFile;
use crate::host::file::private_directory;
use crate::host::file::private_directory::PrivateDirectory;
use crate::host::file::sparse_copy;

/// A copy that nobody else writes, removed when dropped.
#[derive(Debug)]
pub(crate) struct PrivateCopy {
    path: PathBuf,
    /// The file, as long as nobody has checked it.
    pages: Option<PagedFile>,
    head: Head,
    real: PathBuf,
    directory: Arc<PrivateDirectory>,
}

impl PrivateCopy {
    /// Copies the file that was opened from `source`, as far as its metadata
    /// says; it is `real` without links.
    pub(crate) fn new(
        source: &Path,
        real: PathBuf,
        original: &File,
        metadata: &Metadata,
    ) -> Result<Self, LoadError> {
        let failed = |to: &Path| {
            let (path, to) = (source.to_owned(), to.to_owned());
            move |source| LoadError::Copy { path, to, source }
        };
        // Under its own name and a number, by which debuggers and backtraces
        // show it.
        let name = source.file_name().unwrap_or_default();
        let (mut file, path, directory) =
            private_directory::file(name).map_err(failed(&std::env::temp_dir()))?;
        let mut copy = PrivateCopy { path, pages: None, head: Head::default(), real, directory };
        // No further than it was: the caller refuses a file that grew.
        let len = sparse_copy::copy(original, metadata, &mut file).map_err(failed(&copy.path))?;
        let pages = PagedFile::new(file, len);
        copy.head = pages.head().map_err(failed(&copy.path))?;
        copy.pages = Some(pages);
        Ok(copy)
    }

    /// The content, for the one who checks it: what is open for writing cannot
    /// be copied once more by a probe.
    pub(crate) fn pages(&mut self) -> io::Result<PagedFile> {
        match self.pages.take() {
            Some(pages) => Ok(pages),
            None => Ok(PagedFile::new(File::open(&self.path)?, self.len())),
        }
    }

    /// Where the copy is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// How many bytes it has.
    pub(crate) fn len(&self) -> u64 {
        self.head.len
    }

    /// What it is compared by.
    pub(crate) fn content(&self) -> Content {
        Content::new(self.path.clone(), self.head)
    }

    /// The path of the file that was copied, without links.
    pub(crate) fn real(&self) -> &Path {
        &self.real
    }

    /// The directory that it is in.
    pub(crate) fn directory(&self) -> Arc<PrivateDirectory> {
        Arc::clone(&self.directory)
    }
}

impl Drop for PrivateCopy {
    fn drop(&mut self) {
        // What is left of it harms nobody, and goes with the process.
        let _ = std::fs::remove_file(&self.path);
    }
}
