//! The error of unloading a library.

use core::fmt;
use std::error::Error;
use std::path::PathBuf;
use std::time::Duration;

use super::class::ErrorClass;
use super::debug::debug_as_message;
use crate::host::tasks::ADVICE;

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
    /// An instance said that it did not stop well. It is destroyed all the same.
    #[error("{}: {name} did not stop well: {message}", path.display())]
    Stop {
        /// The library.
        path: PathBuf,
        /// The registration.
        name: String,
        /// What it said.
        message: String,
        /// The unmaker counter, if the library was closed.
        counter: Option<u64>,
    },
    /// An instance panicked when it was stopped. It is destroyed all the same.
    #[error("{}: the stop of {name} panicked: {message}", path.display())]
    StopPanicked {
        /// The library.
        path: PathBuf,
        /// The registration.
        name: String,
        /// The panic's message.
        message: String,
        /// The unmaker counter, if the library was closed.
        counter: Option<u64>,
    },
    /// An instance did not stop in time. Its library stays loaded until its `stop`
    /// returns, and is closed then.
    #[error(
        "{}: the stop of {name} did not return within {within:?}, so its library stays loaded until it does; look for what it waits for, or give it more time by the policy's `stop_within`",
        path.display()
    )]
    StopOverdue {
        /// The library.
        path: PathBuf,
        /// The registration.
        name: String,
        /// The time that it had.
        within: Duration,
    },
    /// Tasks of an instance did not end in time after they were cancelled. The
    /// instance is destroyed, and its library stays loaded until they end.
    #[error(
        "{}: the tasks of {name} did not end within {within:?}, so its library stays loaded until they do: {}; {}, or give them more time by the policy's `stop_within`",
        path.display(), tasks.join(", "), ADVICE
    )]
    TasksOverdue {
        /// The library.
        path: PathBuf,
        /// The registration.
        name: String,
        /// The names of the tasks.
        tasks: Vec<String>,
        /// The time that they had.
        within: Duration,
        /// The unmaker counter, if nothing else keeps the library.
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

impl UnloadError {
    /// Returns the unmaker counter, if the library was closed all the same.
    ///
    /// ```
    /// use plugin_interface::UnloadError;
    ///
    /// let error = UnloadError::NotLoaded { path: "libx.so".into() };
    /// assert_eq!(error.counter(), None);
    /// ```
    pub fn counter(&self) -> Option<u64> {
        match self {
            UnloadError::DropPanicked { counter, .. }
            | UnloadError::Stop { counter, .. }
            | UnloadError::StopPanicked { counter, .. }
            | UnloadError::TasksOverdue { counter, .. } => *counter,
            UnloadError::NotLoaded { .. }
            | UnloadError::StopOverdue { .. }
            | UnloadError::Close { .. } => None,
        }
    }

    /// Returns how bad it is, for programs that decide by it.
    ///
    /// ```
    /// use plugin_interface::{ErrorClass, UnloadError};
    ///
    /// let error = UnloadError::NotLoaded { path: "libx.so".into() };
    /// assert_eq!(error.class(), ErrorClass::Failed);
    /// ```
    pub fn class(&self) -> ErrorClass {
        match self {
            UnloadError::DropPanicked { .. } | UnloadError::StopPanicked { .. } => {
                ErrorClass::Crashed
            }
            UnloadError::StopOverdue { .. } | UnloadError::TasksOverdue { .. } => {
                ErrorClass::TimedOut
            }
            UnloadError::NotLoaded { .. }
            | UnloadError::Stop { .. }
            | UnloadError::Close { .. } => ErrorClass::Failed,
        }
    }
}
