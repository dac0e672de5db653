//! The part of a policy that asks whether exactly this file was approved.

use std::path::Path;
use std::sync::Arc;

use super::lock::PluginLock;
use super::verify::Locked;
use crate::host::error::LoadError;
use crate::host::file::digest::Digest;
use crate::host::file::paged::PagedFile;
use crate::metadata::PluginMetadata;

/// The approval that a library needs.
///
/// A file that is in a lock and differs from it is refused at every level.
///
/// ```
/// use plugin_interface::{LoadPolicy, Requirement};
///
/// // Files that are not in the lock load too.
/// let policy = LoadPolicy::new().require(Requirement::Any);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Requirement {
    /// None. The default without a lock.
    #[default]
    Any,
    /// It must be in the lock. The default with a lock.
    Locked,
}

/// The lock of a policy, and what it asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Gate {
    pub(crate) lock: Option<Arc<PluginLock>>,
    pub(crate) required: Option<Requirement>,
}

impl Gate {
    fn required(&self) -> Requirement {
        self.required.unwrap_or(match self.lock {
            Some(_) => Requirement::Locked,
            None => Requirement::Any,
        })
    }

    /// Returns `true` if the digest of a library matters.
    pub(crate) fn needs_digest(&self) -> bool {
        self.lock.is_some() || self.required() != Requirement::Any
    }

    /// Compares the size of a file, before more of it is read.
    pub(crate) fn check_size(&self, path: &Path, size: u64) -> Result<(), LoadError> {
        self.locked(path).map_or(Ok(()), |locked| locked.check_size(size))
    }

    /// Compares the digest of a file.
    pub(crate) fn check_digest(&self, path: &Path, digest: &Digest) -> Result<(), LoadError> {
        let found = digest.to_string();
        if let Some(locked) = self.locked(path) {
            return locked.same("sha256", &locked.entry.sha256, &found);
        }
        match (self.required(), &self.lock) {
            (Requirement::Any, _) => Ok(()),
            (Requirement::Locked, Some(lock)) => Err(lock.unlocked(path, found)),
            (Requirement::Locked, None) => Err(PluginLock::default().unlocked(path, found)),
        }
    }

    /// Compares the build-id of a file whose digest is that of the lock.
    pub(crate) fn check_build_id(&self, path: &Path, file: &PagedFile) -> Result<(), LoadError> {
        self.locked(path).map_or(Ok(()), |locked| locked.check_build_id(file))
    }

    /// Compares the metadata of a file whose digest is that of the lock.
    pub(crate) fn check_metadata(
        &self,
        path: &Path,
        metadata: &PluginMetadata,
    ) -> Result<(), LoadError> {
        self.locked(path).map_or(Ok(()), |locked| locked.check_metadata(metadata))
    }

    fn locked<'l>(&'l self, path: &'l Path) -> Option<Locked<'l>> {
        let lock = self.lock.as_deref()?;
        Some(Locked { lock, entry: lock.entry(path)?, path })
    }
}
