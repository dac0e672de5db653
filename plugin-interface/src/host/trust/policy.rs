//! What a policy says of locks.

use std::path::Path;
use std::sync::Arc;

use super::error::LockError;
use super::gate::Requirement;
use super::lock::PluginLock;
use crate::host::error::LoadError;
use crate::host::load::policy::LoadPolicy;

impl LoadPolicy {
    /// Loads only files that are in the lock, unless [`require`](Self::require)
    /// says otherwise. A file that is in the lock and differs is always refused.
    /// The digest is that of the private copy, which is the file that is mapped.
    ///
    /// Feature `trust`.
    ///
    /// A file is looked up by its name without a directory.
    ///
    /// ```
    /// use plugin_interface::{LoadPolicy, PluginLock, PluginManager};
    ///
    /// // A lock that is built in, such as by `include_bytes!`.
    /// let lock = PluginLock::parse("built in", b"version = 1\n")?;
    /// let manager = PluginManager::with_policy(LoadPolicy::new().lock(lock));
    /// # Ok::<(), plugin_interface::LockError>(())
    /// ```
    pub fn lock(mut self, lock: PluginLock) -> Self {
        self.gate.lock = Some(Arc::new(lock));
        self
    }

    /// Does the same with a lock file. It is read now, and not again.
    ///
    /// Feature `trust`.
    ///
    /// Call [`allow_world_writable`](Self::allow_world_writable) before, where that
    /// is to hold for the lock file too.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, is no lock, or any user may modify or replace
    /// it.
    ///
    /// ```
    /// use plugin_interface::LoadPolicy;
    ///
    /// let error = LoadPolicy::new().lock_file("no/such/plugins.lock").unwrap_err();
    /// assert!(error.to_string().contains("no/such/plugins.lock"));
    /// ```
    pub fn lock_file(self, path: impl AsRef<Path>) -> Result<Self, LockError> {
        let path = path.as_ref();
        let unreadable = |source| LockError::Read { path: path.to_owned(), source };
        let metadata = path.metadata().map_err(unreadable)?;
        let allowed = self.check_file(path, &metadata);
        match allowed.and_then(|()| self.check_directory(path)) {
            Ok(_) => Ok(self.lock(PluginLock::read(path)?)),
            Err(LoadError::WorldWritable { path, culprit }) => {
                Err(LockError::WorldWritable { path, culprit })
            }
            Err(LoadError::Read { path, source }) => Err(LockError::Read { path, source }),
            Err(error) => Err(unreadable(std::io::Error::other(error))),
        }
    }

    /// Sets the approval that a library needs.
    ///
    /// Feature `trust`.
    ///
    /// ```
    /// use plugin_interface::{LoadPolicy, Requirement};
    ///
    /// // Without a lock, this refuses every library.
    /// let policy = LoadPolicy::new().require(Requirement::Locked);
    /// ```
    pub fn require(mut self, requirement: Requirement) -> Self {
        self.gate.required = Some(requirement);
        self
    }
}
