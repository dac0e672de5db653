//! Approves the libraries of a directory, as they are now.

use std::collections::BTreeMap;
use std::path::Path;

use super::library_file::LibraryFile;
use super::lock::{LockedPlugin, PluginLock};
use crate::host::error::LoadError;
use crate::host::load::discover::candidates;
use crate::host::load::policy::LoadPolicy;

impl PluginLock {
    /// Describes the libraries in `directory`, as they are now, and runs none of
    /// them. Returns the errors of those that cannot be locked, too.
    ///
    /// # Errors
    ///
    /// If the directory cannot be read.
    pub fn of_directory(directory: impl AsRef<Path>) -> Result<(Self, Vec<LoadError>), LoadError> {
        Self::approve(directory, &LoadPolicy::new())
    }

    /// Does the same with the libraries whose signature the policy allows, and
    /// records their keys. Other rules of the policy do not matter.
    ///
    /// # Errors
    ///
    /// If the directory cannot be read.
    ///
    /// ```
    /// use plugin_interface::{LoadPolicy, PluginLock, Requirement};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let directory = tempfile::tempdir()?;
    /// # let plugins = directory.path();
    /// # const KEY: &str = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3";
    /// let key = plugin_interface::TrustedKey::parse(KEY)?;
    /// let policy = LoadPolicy::new().trusted_keys([key]);
    /// let (lock, unsigned) = PluginLock::approve(plugins, &policy)?;
    /// # assert!(unsigned.is_empty());
    /// # Ok(())
    /// # }
    /// ```
    pub fn approve(
        directory: impl AsRef<Path>,
        policy: &LoadPolicy,
    ) -> Result<(Self, Vec<LoadError>), LoadError> {
        let directory = directory.as_ref();
        let (mut plugins, mut refused) = (BTreeMap::new(), Vec::new());
        for path in candidates(directory)? {
            let described = LibraryFile::open(&path).and_then(|library| {
                let plugin = library.described()?;
                let key = policy.gate.signer(&path, &library, &plugin)?;
                Ok(LockedPlugin { key, ..plugin.with(library.digests()?) })
            });
            match described {
                Ok(plugin) => drop(plugins.insert(plugin.file.clone(), plugin)),
                Err(error) => refused.push(error),
            }
        }
        Ok((PluginLock { path: directory.join(Self::FILE), plugins }, refused))
    }
}
