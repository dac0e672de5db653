//! Compares files with a lock.

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};

use super::digests::Digests;
use super::library_file::LibraryFile;
use super::lock::{LockedInterface, LockedPlugin, PluginLock, build_id};
use crate::host::error::{LoadError, LockDifference};
use crate::host::file::digest::{Algorithm, Digest};
use crate::host::file::paged::PagedFile;
use crate::host::load::discover::candidates;
use crate::metadata::PluginMetadata;

/// A larger file is read to its end only if it is a library.
const LARGE: u64 = 1 << 20;

/// The state of a file, compared with a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum LockState {
    /// It is the file that was locked.
    Locked,
    /// It is not in the lock.
    Unlocked,
    /// It is not the file that was locked.
    Modified,
    /// It is in the lock, and is not there.
    Missing,
}

/// Writes `locked`, `unlocked`, `modified` or `missing`.
impl fmt::Display for LockState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            LockState::Locked => "locked",
            LockState::Unlocked => "unlocked",
            LockState::Modified => "modified",
            LockState::Missing => "missing",
        })
    }
}

/// A file that was compared with a lock.
#[derive(Debug)]
#[non_exhaustive]
pub struct VerifiedFile {
    /// The file.
    pub path: PathBuf,
    /// Its state.
    pub state: LockState,
    /// Its SHA-256 digest, as 64 hexadecimal digits. `None` if it was not read to its
    /// end.
    pub sha256: Option<String>,
    /// The error that a load of locked files only would return. `None` for a file
    /// that is locked.
    pub error: Option<LoadError>,
}

impl PluginLock {
    /// Compares the files in `directory` with the lock, and runs none of them.
    /// Files of the lock that are not there come last.
    ///
    /// # Errors
    ///
    /// If the directory cannot be read.
    pub fn verify(&self, directory: impl AsRef<Path>) -> Result<Vec<VerifiedFile>, LoadError> {
        let directory = directory.as_ref();
        let (mut files, mut there) = (Vec::new(), BTreeSet::new());
        for path in candidates(directory)? {
            there.extend(path.file_name().map(ToOwned::to_owned));
            files.push(self.verify_file(path));
        }
        let missing = self
            .plugins()
            .filter(|plugin| !there.contains(plugin.file.as_ref() as &std::ffi::OsStr));
        files.extend(missing.map(|plugin| {
            let path = directory.join(&plugin.file);
            let (lock, line) = (self.path.clone(), plugin.line);
            let error = Some(LoadError::LockedMissing { path: path.clone(), lock, line });
            VerifiedFile { path, state: LockState::Missing, sha256: None, error }
        }));
        Ok(files)
    }

    fn verify_file(&self, path: PathBuf) -> VerifiedFile {
        let mut sha256 = None;
        let result = LibraryFile::open(&path).and_then(|library| {
            // What is no library is not read to its end.
            if library.len() > LARGE {
                library.described()?;
            }
            let digests = library.digests()?;
            sha256 = Some(digests.sha256.clone());
            let Some(locked) = self.locked(&path) else {
                return Err(self.unlocked(&path, digests.sha256));
            };
            locked.check_size(library.len())?;
            locked.check_digests(&digests)?;
            locked.check_content(&library.described()?.with(digests))
        });
        let state = match &result {
            Ok(()) => LockState::Locked,
            Err(_) if self.entry(&path).is_none() => LockState::Unlocked,
            // A file that cannot be read is not what was locked.
            Err(_) => LockState::Modified,
        };
        VerifiedFile { path, state, sha256, error: result.err() }
    }

    /// Compares the content of a file with the lock, as a load does, and by both
    /// digests. Only the name of `path` matters.
    ///
    /// # Errors
    ///
    /// [`LoadError::Unlocked`] if the lock has no file of that name,
    /// [`LoadError::Modified`] if it differs.
    ///
    /// ```
    /// use plugin_interface::{LoadError, PluginLock};
    ///
    /// let lock = PluginLock::parse("plugins.lock", b"version = 1\n")?;
    /// let error = lock.check("libx.so", b"any content").unwrap_err();
    /// assert!(matches!(error, LoadError::Unlocked { .. }));
    /// # Ok::<(), plugin_interface::LockError>(())
    /// ```
    pub fn check(&self, path: impl AsRef<Path>, content: &[u8]) -> Result<(), LoadError> {
        let path = path.as_ref();
        let digests = Digests::of(content);
        let Some(locked) = self.locked(path) else {
            return Err(self.unlocked(path, digests.sha256));
        };
        locked.check_size(content.len() as u64)?;
        locked.check_digests(&digests)?;
        locked.check_content(&LockedPlugin::of(path, content)?)
    }

    /// Compares a description with the lock.
    pub(super) fn compare(&self, path: &Path, found: &LockedPlugin) -> Result<(), LoadError> {
        let Some(locked) = self.locked(path) else {
            return Err(self.unlocked(path, found.sha256.clone()));
        };
        locked.check_content(found)
    }

    fn locked<'l>(&'l self, path: &'l Path) -> Option<Locked<'l>> {
        Some(Locked { lock: self, entry: self.entry(path)?, path })
    }

    /// Returns what is locked under the name of a file.
    pub(super) fn entry(&self, path: &Path) -> Option<&LockedPlugin> {
        self.get(path.file_name()?.to_str()?)
    }

    pub(super) fn unlocked(&self, path: &Path, found: String) -> LoadError {
        LoadError::Unlocked { path: path.to_owned(), lock: self.path.clone(), found }
    }
}

/// A file that is locked.
#[derive(Clone, Copy)]
pub(super) struct Locked<'l> {
    pub(super) lock: &'l PluginLock,
    pub(super) entry: &'l LockedPlugin,
    pub(super) path: &'l Path,
}

impl Locked<'_> {
    pub(super) fn same(
        &self,
        what: &'static str,
        expected: &str,
        found: &str,
    ) -> Result<(), LoadError> {
        if expected == found {
            return Ok(());
        }
        let shown = |text: &str| match text {
            "" => "none".to_owned(),
            text => text.to_owned(),
        };
        let difference = LockDifference {
            lock: self.lock.path.clone(),
            line: self.entry.line,
            what,
            expected: shown(expected),
            found: shown(found),
        };
        Err(LoadError::Modified { path: self.path.to_owned(), difference: Box::new(difference) })
    }

    /// Compares the size first: it costs nothing.
    pub(super) fn check_size(&self, found: u64) -> Result<(), LoadError> {
        self.same("size", &self.entry.size.to_string(), &found.to_string())
    }

    fn check_digests(&self, found: &Digests) -> Result<(), LoadError> {
        self.same("sha256", &self.entry.sha256, &found.sha256)?;
        match self.entry.blake3.is_empty() {
            true => Ok(()),
            false => self.same("blake3", &self.entry.blake3, &found.blake3),
        }
    }

    /// Compares one of the digests, which the lock has.
    pub(super) fn check_digest(
        &self,
        algorithm: Algorithm,
        found: &Digest,
    ) -> Result<(), LoadError> {
        let (what, expected) = match algorithm {
            Algorithm::Sha256 => ("sha256", &self.entry.sha256),
            Algorithm::Blake3 => ("blake3", &self.entry.blake3),
        };
        self.same(what, expected, &found.to_string())
    }

    /// Compares everything.
    fn check_content(&self, found: &LockedPlugin) -> Result<(), LoadError> {
        self.check_size(found.size)?;
        let (sha256, blake3) = (found.sha256.clone(), found.blake3.clone());
        self.check_digests(&Digests { sha256, blake3 })?;
        self.same("build-id", &self.entry.build_id, &found.build_id)?;
        self.check_described(found)
    }

    pub(super) fn check_build_id(&self, library: &PagedFile) -> Result<(), LoadError> {
        self.same("build-id", &self.entry.build_id, &build_id(library))
    }

    pub(super) fn check_metadata(&self, metadata: &PluginMetadata) -> Result<(), LoadError> {
        let found = LockedPlugin::described(self.path, Some(metadata))?;
        self.check_described(&found)
    }

    fn check_described(&self, found: &LockedPlugin) -> Result<(), LoadError> {
        let abi = |abi: Option<u32>| abi.map(|abi| abi.to_string()).unwrap_or_default();
        self.same("name", &self.entry.name, &found.name)?;
        self.same("version", &self.entry.version, &found.version)?;
        self.same("abi", &abi(self.entry.abi), &abi(found.abi))?;
        self.same("interfaces", &listed(&self.entry.interfaces), &listed(&found.interfaces))
    }
}

/// Formats interfaces, all on one line.
fn listed(interfaces: &[LockedInterface]) -> String {
    let each =
        interfaces.iter().map(|it| format!("{} {} {:#034x}", it.path, it.version, it.fingerprint));
    each.collect::<Vec<_>>().join(", ")
}
