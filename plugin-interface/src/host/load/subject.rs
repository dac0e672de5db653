//! The bytes that a check reads: a private copy, or the file itself.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;

use crate::host::error::LoadError;
use crate::host::file::compare::Content;
use crate::host::file::copies::Copies;
use crate::host::file::digest::{EachPart, read_parts};
use crate::host::file::identity::FileNames;
use crate::host::file::paged::PagedFile;
use crate::host::file::private_copy::PrivateCopy;
use crate::host::file::private_directory::PrivateDirectory;
use crate::host::load::settle::SettledFile;

/// The bytes that are checked.
pub(super) trait Subject: Sized {
    /// `true` for a copy, which a writer must not disturb.
    const IS_COPY: bool;

    /// Takes the bytes of the file at `path`, which has these names. Hands them
    /// over in parts too, if that is asked for.
    fn of(
        path: &Path,
        names: FileNames,
        file: &SettledFile,
        copies: &Copies,
        each: Option<EachPart<'_>>,
    ) -> Result<Self, LoadError>;

    /// Returns the path of the bytes.
    fn path(&self) -> &Path;

    /// Returns what the bytes are compared by.
    fn content(&self) -> &Content;

    /// Returns the bytes, for one check.
    fn pages(&mut self) -> io::Result<PagedFile>;

    /// Returns the directory in which copies are made.
    fn directory(&self) -> Option<Arc<PrivateDirectory>>;
}

impl Subject for PrivateCopy {
    const IS_COPY: bool = true;

    fn of(
        path: &Path,
        names: FileNames,
        file: &SettledFile,
        copies: &Copies,
        each: Option<EachPart<'_>>,
    ) -> Result<Self, LoadError> {
        let copy = PrivateCopy::new(path, names, file.file(), file.metadata(), copies, each)?;
        match copy.len() == file.metadata().len() {
            true => Ok(copy),
            // It was cut off.
            false => Err(LoadError::StillWritten { path: path.to_owned() }),
        }
    }

    fn path(&self) -> &Path {
        self.path()
    }

    fn content(&self) -> &Content {
        self.content()
    }

    fn pages(&mut self) -> io::Result<PagedFile> {
        self.pages()
    }

    fn directory(&self) -> Option<Arc<PrivateDirectory>> {
        Some(self.directory())
    }
}

/// A file that is read where it is.
pub(super) struct OriginalFile {
    content: Content,
    pages: Option<PagedFile>,
}

impl Subject for OriginalFile {
    const IS_COPY: bool = false;

    fn of(
        path: &Path,
        _: FileNames,
        file: &SettledFile,
        _: &Copies,
        each: Option<EachPart<'_>>,
    ) -> Result<Self, LoadError> {
        let unreadable = |source| LoadError::Read { path: path.to_owned(), source };
        let pages = file.pages().map_err(unreadable)?;
        let head = pages.head().map_err(unreadable)?;
        each.map_or(Ok(()), |each| read_parts(path, each)).map_err(unreadable)?;
        Ok(OriginalFile { content: Content::new(path.to_owned(), head), pages: Some(pages) })
    }

    fn path(&self) -> &Path {
        self.content.path()
    }

    fn content(&self) -> &Content {
        &self.content
    }

    fn pages(&mut self) -> io::Result<PagedFile> {
        match self.pages.take() {
            Some(pages) => Ok(pages),
            None => {
                let file = File::open(self.path())?;
                let len = file.metadata()?.len();
                Ok(PagedFile::new(file, len))
            }
        }
    }

    fn directory(&self) -> Option<Arc<PrivateDirectory>> {
        None
    }
}
