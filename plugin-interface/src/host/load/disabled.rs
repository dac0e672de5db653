//! The packages that a host disabled while it runs.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::host::error::LoadError;
use crate::metadata::PluginMetadata;

/// Packages that are refused, each with the host's reason.
#[derive(Debug, Default)]
pub(crate) struct DisabledPackages(Mutex<Disabled>);

#[derive(Debug, Default)]
struct Disabled {
    reasons: BTreeMap<String, String>,
    /// Somebody changed the list since it was taken into account.
    #[cfg(feature = "watch")]
    is_changed: bool,
}

impl DisabledPackages {
    /// Disables a package. Returns `false` if that was so, for the same reason.
    #[cfg(feature = "watch")]
    pub(crate) fn disable(&self, package: &str, reason: &str) -> bool {
        let mut disabled = self.lock();
        let before = disabled.reasons.insert(package.to_owned(), reason.to_owned());
        let is_new = before.as_deref() != Some(reason);
        disabled.is_changed |= is_new;
        is_new
    }

    /// Enables a package again. Returns `false` if it was not disabled.
    #[cfg(feature = "watch")]
    pub(crate) fn enable(&self, package: &str) -> bool {
        let mut disabled = self.lock();
        let was_disabled = disabled.reasons.remove(package).is_some();
        disabled.is_changed |= was_disabled;
        was_disabled
    }

    /// Returns `true` once for all changes so far.
    #[cfg(feature = "watch")]
    pub(crate) fn take_changed(&self) -> bool {
        core::mem::take(&mut self.lock().is_changed)
    }

    /// Refuses a library of a disabled package.
    pub(crate) fn check(&self, path: &Path, metadata: &PluginMetadata) -> Result<(), LoadError> {
        let package = &metadata.package.name;
        let Some(reason) = self.lock().reasons.get(package).cloned() else { return Ok(()) };
        let (path, package) = (path.to_owned(), package.clone());
        Err(LoadError::DisabledByHost { path, package, reason })
    }

    fn lock(&self) -> MutexGuard<'_, Disabled> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
