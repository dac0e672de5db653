//! What a policy says of locks and signatures.

use std::path::Path;
use std::sync::Arc;

use super::error::LockError;
use super::keys::TrustedKey;
use super::lock::PluginLock;
use super::requirement::Requirement;
use super::revocations::Revocations;
use super::state::FileTrust;
use crate::host::error::{LoadError, SignatureError};
use crate::host::load::policy::LoadPolicy;

impl LoadPolicy {
    /// Loads only files that are in the lock, unless [`require`](Self::require)
    /// says otherwise. A file that is in the lock and differs is always refused.
    /// The digest is that of the private copy, which is the file that is mapped: by
    /// BLAKE3, or by SHA-256 if the lock has only that.
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
        self.check_list(path)?;
        Ok(self.lock(PluginLock::read(path)?))
    }

    /// Refuses a list that any user may modify or replace.
    fn check_list(&self, path: &Path) -> Result<(), LockError> {
        let unreadable = |source| LockError::Read { path: path.to_owned(), source };
        let metadata = path.metadata().map_err(unreadable)?;
        let allowed = self.check_file(path, &metadata);
        match allowed.and_then(|()| self.check_directory(path)) {
            Ok(_) => Ok(()),
            Err(LoadError::WorldWritable { path, culprit }) => {
                Err(LockError::WorldWritable { path, culprit })
            }
            Err(LoadError::Read { path, source }) => Err(LockError::Read { path, source }),
            Err(error) => Err(unreadable(std::io::Error::other(error))),
        }
    }

    /// Refuses what this file revokes, by its digest or by the key that signed it.
    /// It is read again for each load. If it cannot be read, nothing loads.
    ///
    /// Feature `trust`.
    ///
    /// A scan also reports libraries that were loaded before they were revoked, and
    /// a watch unloads those that it loaded. See the chapter on signatures in the
    /// book for the format.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, is no such list, or any user may modify or
    /// replace it.
    ///
    /// ```
    /// use plugin_interface::LoadPolicy;
    ///
    /// let error = LoadPolicy::new().revocations_file("no/such/list").unwrap_err();
    /// assert!(error.to_string().contains("no/such/list"));
    /// ```
    pub fn revocations_file(mut self, path: impl AsRef<Path>) -> Result<Self, LockError> {
        let path = path.as_ref();
        self.check_list(path)?;
        Revocations::read(path)?;
        // The current directory may be another one later.
        let unreadable = |source| LockError::Read { path: path.to_owned(), source };
        self.gate.revoked = Some(std::path::absolute(path).map_err(unreadable)?);
        Ok(self)
    }

    /// Returns what is known about a file under this policy, and runs none of it:
    /// its state in the lock, who signed it, and whether it is revoked.
    ///
    /// Feature `trust`.
    ///
    /// # Errors
    ///
    /// If the file cannot be read or is no sound library.
    ///
    /// ```
    /// let error = plugin_interface::LoadPolicy::new().trust_of("no/such/libx.so").unwrap_err();
    /// assert!(error.to_string().contains("no/such/libx.so"));
    /// ```
    pub fn trust_of(&self, path: impl AsRef<Path>) -> Result<FileTrust, LoadError> {
        self.gate.state(path.as_ref())
    }

    /// Loads only files that one of these keys signed, unless
    /// [`require`](Self::require) says otherwise. The signature of `libx.so` is the
    /// file `libx.so.minisig` beside it. It is verified over the private copy,
    /// which is the file that is mapped.
    ///
    /// Feature `trust`.
    ///
    /// Several keys are for their rotation: trust the next one, sign with it, and
    /// then leave the old one out. A second call adds keys. Without any key, no file
    /// loads.
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
        self.gate.names_keys = true;
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

    /// Loads the files in this folder, and in those below it, also without an
    /// approval: for what you build and try. They are neither compared with a lock,
    /// nor asked for a signature. What is revoked, or is not
    /// [pinned](Self::pin_sha256), is refused there too.
    ///
    /// Feature `trust`.
    ///
    /// Each decision on such a file has the exception
    /// [`TrustException::Folder`](crate::TrustException::Folder). A link in another
    /// folder is no file of this one, wherever it leads to. The folder may be created
    /// later. Whoever may write it decides what runs in your program.
    ///
    /// ```
    /// let policy = plugin_interface::LoadPolicy::new().allow_unapproved_in("target/debug");
    /// ```
    pub fn allow_unapproved_in(mut self, folder: impl AsRef<Path>) -> Self {
        let folder = folder.as_ref();
        // The current directory may be another one later.
        let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        self.gate.folders.insert(folder);
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
