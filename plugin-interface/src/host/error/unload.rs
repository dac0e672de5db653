//! The error of unloading a library.

use core::fmt;
use std::error::Error;
use std::path::PathBuf;

use super::debug::debug_as_message;

/// The error of unloading a library.
///
/// ```
/// use plugin_interface::{PluginManager, UnloadError};
///
/// let error = PluginManager::new().unload_by_path("never/loaded.so");
/// assert!(matches!(error, Err(UnloadError::NotLoaded { .. })));
/// ```
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum UnloadError {
    /// No such library is loaded.
    #[error("{} is not loaded; name the file that was loaded, and unload it once", path.display())]
    NotLoaded {
        /// The library.
        path: PathBuf,
    },
    /// The drop of an instance panicked. The instance is destroyed, and if this
    /// was the last owner, the library is closed.
    #[error("{}: dropping {name} panicked: {message}", path.display())]
    DropPanicked {
        /// The library.
        path: PathBuf,
        /// The registration.
        name: String,
        /// The panic's message.
        message: String,
        /// The unmaker counter, if the library was closed.
        counter: Option<u64>,
    },
    /// The dynamic linker refused to close the library.
    #[error("cannot close {}", path.display())]
    Close {
        /// The library.
        path: PathBuf,
        /// The linker's message.
        source: Box<dyn Error + Send + Sync>,
    },
}

debug_as_message!(UnloadError);
