//! A library that is revoked while it is loaded and its file stays the same.

use super::loaded::LoadedContent;
use crate::host::error::LoadError;
use crate::host::load::pipeline::Loader;

/// Tells once that a library was revoked after it was loaded.
#[derive(Debug, Default)]
pub(crate) struct RevokedLater {
    /// What is loaded; `None` if the policy has no list of what is revoked.
    loaded: Option<LoadedContent>,
    /// The message of the last error.
    told: Option<String>,
}

impl RevokedLater {
    /// Remembers what is loaded from now on.
    pub(crate) fn watch(&mut self, loaded: Option<LoadedContent>) {
        *self = RevokedLater { loaded, told: None };
    }

    /// Tells the error again, though it is the same.
    pub(crate) fn forget(&mut self) {
        self.told = None;
    }

    /// Returns the error of a library that is revoked now, unless it is the same as
    /// the last time.
    pub(crate) fn check(&mut self, loader: &mut Loader) -> Result<(), LoadError> {
        let Some(loaded) = &self.loaded else { return Ok(()) };
        let Err(error) = loader.policy().gate.check_loaded(loaded) else {
            self.told = None;
            return Ok(());
        };
        let message = error.to_string();
        if self.told.as_ref() == Some(&message) {
            return Ok(());
        }
        self.told = Some(message);
        #[cfg(feature = "tracing")]
        loader.revoked_later(loaded, &error);
        Err(error)
    }
}
