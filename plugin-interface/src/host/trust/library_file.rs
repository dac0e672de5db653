//! A library that is described where it is, without a load.

use std::fs::File;
use std::io::{self, Read as _, Seek as _};
use std::path::{Path, PathBuf};

use super::digests::Digests;
use super::lock::{LockedPlugin, build_id};
use crate::host::error::{InspectError, LoadError};
use crate::host::file::digest::{Algorithm, digest_of_parts};
use crate::host::file::open::open_without_waiting;
use crate::host::file::paged::PagedFile;
use crate::host::load::check::{AnyMachine, check};
use crate::host::load::regular::check_regular;

/// The largest content that is hashed. No linker makes a larger library for the usual
/// model of code, and a file without content may say any size.
const MOST: u64 = 4 << 30;

/// Refuses a file that would take minutes to hash.
pub(super) fn check_hashable(path: &Path, found: u64) -> Result<(), LoadError> {
    if found <= MOST {
        return Ok(());
    }
    let text = format!("expected at most {MOST} bytes to approve, found {found}");
    Err(LoadError::Read { path: path.to_owned(), source: io::Error::other(text) })
}

/// A regular file, of which no more is in memory than a part.
pub(super) struct LibraryFile {
    path: PathBuf,
    file: File,
    len: u64,
}

impl LibraryFile {
    pub(super) fn open(path: &Path) -> Result<Self, LoadError> {
        let unreadable = |source| LoadError::Read { path: path.to_owned(), source };
        let file = open_without_waiting(path).map_err(unreadable)?;
        let metadata = file.metadata().map_err(unreadable)?;
        check_regular(path, &metadata)?;
        check_hashable(path, metadata.len())?;
        Ok(LibraryFile { path: path.to_owned(), file, len: metadata.len() })
    }

    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// Describes the library by its headers and its metadata, without its digest.
    pub(super) fn described(&self) -> Result<LockedPlugin, LoadError> {
        let path = &self.path;
        let unreadable = |source| LoadError::Read { path: path.to_owned(), source };
        let pages = PagedFile::new(self.file.try_clone().map_err(unreadable)?, self.len);
        let described = match check(path, &pages, AnyMachine::Allowed) {
            Ok(metadata) => LockedPlugin::described(path, Some(&metadata))?,
            Err(InspectError::NotAPlugin { .. }) => LockedPlugin::described(path, None)?,
            Err(error) => return Err(error.into()),
        };
        Ok(LockedPlugin { size: self.len, build_id: build_id(&pages), ..described })
    }

    /// Returns both digests of the content, which is read once.
    pub(super) fn digests(&self) -> Result<Digests, LoadError> {
        let mut blake3 = None;
        let sha256 = digest_of_parts(Algorithm::Sha256, self.len, |hash| {
            let both = digest_of_parts(Algorithm::Blake3, self.len, |hash_too| {
                self.read(&mut |part| {
                    hash(part);
                    hash_too(part);
                })
            });
            blake3 = Some(both?);
            Ok(())
        });
        let unreadable = |source| LoadError::Read { path: self.path.clone(), source };
        let sha256 = sha256.map_err(unreadable)?.to_string();
        Ok(Digests { sha256, blake3: blake3.map(|it| it.to_string()).unwrap_or_default() })
    }

    /// Hands over the content in parts, as far as the file was long when it was
    /// opened.
    pub(super) fn read(&self, each: &mut dyn FnMut(&[u8])) -> io::Result<()> {
        let mut file = &self.file;
        file.rewind()?;
        let mut content = file.take(self.len);
        let mut buffer = vec![0; 1 << 16];
        loop {
            match content.read(&mut buffer)? {
                0 => return Ok(()),
                len => each(&buffer[..len]),
            }
        }
    }
}
