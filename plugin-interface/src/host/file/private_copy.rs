//! A private copy of a library, written once.
//!
//! The copy is the file that is checked and mapped. A library that is modified
//! while it is mapped would crash the host. The dynamic linker identifies a
//! library by its path, so each load needs its own path.

use std::fs::{File, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use crate::host::error::LoadError;
use crate::host::file::compare::{Content, Head};
use crate::host::file::copies::Copies;
use crate::host::file::digest::{EachPart, read_parts};
use crate::host::file::identity::FileNames;
use crate::host::file::linkage::Linkage;
use crate::host::file::paged::PagedFile;
use crate::host::file::private_directory;
use crate::host::file::private_directory::PrivateDirectory;
use crate::host::file::sparse_copy;
use crate::host::platform;
#[cfg(feature = "trust")]
use crate::host::trust::loaded::LoadedContent;

/// A copy that nobody else writes. Removed when it is dropped, unless copies
/// are kept.
#[derive(Debug)]
pub(crate) struct PrivateCopy {
    content: Content,
    /// The open file, until it is checked.
    pages: Option<PagedFile>,
    names: FileNames,
    /// Its demands on the dynamic linker, once it is checked.
    linkage: Linkage,
    /// The libraries that came with it, once it is open.
    brought: OnceLock<Vec<PathBuf>>,
    directory: Arc<PrivateDirectory>,
    /// Its approved content, if the policy has a list of what is revoked.
    #[cfg(feature = "trust")]
    approved: Option<LoadedContent>,
}

impl PrivateCopy {
    /// Copies the file that was opened from `source`, as far as its metadata
    /// says. Hands over the parts of what it writes, if that is asked for.
    pub(crate) fn new(
        source: &Path,
        names: FileNames,
        original: &File,
        metadata: &Metadata,
        copies: &Copies,
        each: Option<EachPart<'_>>,
    ) -> Result<Self, LoadError> {
        let failed = |to: &Path, error| {
            let (path, to) = (source.to_owned(), to.to_owned());
            LoadError::Copy { path, to, source: error }
        };
        // Keeps the file's name, with a number: debuggers and backtraces show
        // it.
        let name = source.file_name().unwrap_or_default();
        let (mut file, path, directory) = private_directory::file(name, copies)
            .map_err(|error| failed(&copies.parent(), error))?;
        let content = Content::new(path, Head::default());
        let mut copy = PrivateCopy {
            content,
            pages: None,
            names,
            linkage: Linkage::default(),
            brought: OnceLock::new(),
            directory,
            #[cfg(feature = "trust")]
            approved: None,
        };
        // No further than it was: the caller refuses a file that grew.
        let copied = match each {
            None => sparse_copy::copy(original, metadata, &mut file),
            Some(each) if platform::has_holes(metadata) => {
                let copied = sparse_copy::copy(original, metadata, &mut file);
                copied.and_then(|len| read_parts(copy.path(), each).map(|()| len))
            }
            Some(each) => sparse_copy::copy_in_parts(original, metadata, &mut file, each),
        };
        let len = copied.map_err(|error| failed(copy.path(), error))?;
        let pages = PagedFile::new(file, len);
        let head = pages.head().map_err(|error| failed(copy.path(), error))?;
        copy.content.set_head(head);
        copy.pages = Some(pages);
        Ok(copy)
    }

    /// Returns the content, for one check. The file must be closed before a
    /// probe starts: what is open for writing cannot be copied.
    pub(crate) fn pages(&mut self) -> io::Result<PagedFile> {
        match self.pages.take() {
            Some(pages) => Ok(pages),
            None => Ok(PagedFile::new(File::open(self.path())?, self.len())),
        }
    }

    /// Returns the path of the copy.
    pub(crate) fn path(&self) -> &Path {
        self.content.path()
    }

    /// Returns the size of the copy.
    pub(crate) fn len(&self) -> u64 {
        self.content.head().len
    }

    /// Returns the content, for comparisons.
    pub(crate) fn content(&self) -> &Content {
        &self.content
    }

    /// Returns the names of the file that was copied.
    pub(crate) fn names(&self) -> &FileNames {
        &self.names
    }

    /// Returns its demands on the dynamic linker.
    pub(crate) fn linkage(&self) -> &Linkage {
        &self.linkage
    }

    pub(crate) fn set_linkage(&mut self, linkage: Linkage) {
        self.linkage = linkage;
    }

    /// Returns its approved content.
    #[cfg(feature = "trust")]
    pub(crate) fn approved(&self) -> Option<&LoadedContent> {
        self.approved.as_ref()
    }

    #[cfg(feature = "trust")]
    pub(crate) fn set_approved(&mut self, approved: Option<LoadedContent>) {
        self.approved = approved;
    }

    /// Returns the paths of the libraries that came with it.
    pub(crate) fn brought(&self) -> &[PathBuf] {
        self.brought.get().map(Vec::as_slice).unwrap_or_default()
    }

    /// Takes down which libraries came with it, when it is opened first.
    pub(crate) fn set_brought(&self, brought: Vec<PathBuf>) {
        let _ = self.brought.set(brought);
    }

    /// Returns the directory of the copy.
    pub(crate) fn directory(&self) -> Arc<PrivateDirectory> {
        Arc::clone(&self.directory)
    }
}

impl Drop for PrivateCopy {
    fn drop(&mut self) {
        if self.directory.is_to_be_removed() {
            // A file that cannot be removed is removed with its directory.
            let _ = std::fs::remove_file(self.path());
        }
    }
}
