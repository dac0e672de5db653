//! What a policy says of locks and signatures.

use std::path::Path;
use std::sync::Arc;

use super::error::LockError;
use super::keys::TrustedKey;
use super::lock::PluginLock;
use super::requirement::Requirement;
use crate::host::error::{LoadError, SignatureError};
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

    /// Loads only files that one of these keys signed, unless
    /// [`require`](Self::require) says otherwise. The signature of `libx.so` is the
    /// file `libx.so.minisig` beside it. It is verified over the private copy,
    /// which is the file that is mapped.
    ///
    /// Feature `trust`.
    ///
    /// Several keys are for their rotation: trust the next one, sign with it, and
    /// then leave the old one out. A second call adds keys.
    ///
    /// ```
    /// use plugin_interface::{LoadPolicy, TrustedKey};
    ///
    /// const KEY: &str = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3";
    ///
    /// let policy = LoadPolicy::new().trusted_keys([TrustedKey::parse(KEY)?]);
    /// # Ok::<(), plugin_interface::SignatureError>(())
    /// ```
    pub fn trusted_keys(mut self, keys: impl IntoIterator<Item = TrustedKey>) -> Self {
        self.gate.keys.extend(keys.into_iter().map(|key| (key.id(), key)));
        self
    }

    /// Does the same with a file of keys. It is read now, and not again.
    ///
    /// Feature `trust`.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, has anything but keys, or others than its owner
    /// may write it.
    ///
    /// ```
    /// use plugin_interface::LoadPolicy;
    ///
    /// let error = LoadPolicy::new().trusted_keys_file("no/such/keys.pub").unwrap_err();
    /// assert!(error.to_string().contains("no/such/keys.pub"));
    /// ```
    pub fn trusted_keys_file(self, path: impl AsRef<Path>) -> Result<Self, SignatureError> {
        TrustedKey::read(path).map(|keys| self.trusted_keys(keys))
    }

    /// Loads the file of that name, without a directory, also without a signature.
    /// It is no exception from a lock. A signature that is there must be right.
    ///
    /// Feature `trust`.
    ///
    /// ```
    /// let policy = plugin_interface::LoadPolicy::new().allow_unsigned("libours.so");
    /// ```
    pub fn allow_unsigned(mut self, file: impl Into<String>) -> Self {
        self.gate.unsigned.insert(file.into());
        self
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
