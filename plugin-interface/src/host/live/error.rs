//! The error of a reload.

use core::fmt;
use std::error::Error;
use std::path::PathBuf;

use crate::host::error::stage::Stage;
use crate::host::error::{LoadError, debug_as_message};

/// The error of a [`Live`](super::Live) that did not take a file into use.
///
/// ```
/// use plugin_interface::{Greeter, Live, ReloadError, Stage};
///
/// let error = Live::<dyn Greeter>::open("no/such/library.so").unwrap_err();
/// assert_eq!(error.stage(), Some(Stage::Settle));
/// ```
#[non_exhaustive]
pub enum ReloadError {
    /// A stage of the load failed.
    Refused {
        /// The file.
        path: PathBuf,
        /// The stage that failed.
        stage: Stage,
        /// The error of the stage, whose text this error's text contains.
        source: Box<LoadError>,
    },
    /// This thread is reloading the library already: the plugin's constructor
    /// asked for another reload.
    Reentered {
        /// The file.
        path: PathBuf,
    },
    /// The first version was loaded, but the system has no thread to watch its
    /// file.
    #[cfg(feature = "watch")]
    NotWatched {
        /// The file.
        path: PathBuf,
        /// The error of the system.
        source: std::io::Error,
    },
}

impl ReloadError {
    /// Returns the stage that failed, if one was begun.
    pub fn stage(&self) -> Option<Stage> {
        match self {
            ReloadError::Refused { stage, .. } => Some(*stage),
            ReloadError::Reentered { .. } => None,
            #[cfg(feature = "watch")]
            ReloadError::NotWatched { .. } => None,
        }
    }
}

impl fmt::Display for ReloadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // The error of the stage names the file.
            ReloadError::Refused { stage, source, .. } => {
                write!(f, "{source} (at the stage `{stage}`)")
            }
            ReloadError::Reentered { path } => write!(
                f,
                "{} is already being reloaded by this thread; reload it again after that",
                path.display()
            ),
            #[cfg(feature = "watch")]
            ReloadError::NotWatched { path, .. } => write!(
                f,
                "cannot watch {}: no thread can be started; end other threads or raise the limit",
                path.display()
            ),
        }
    }
}

impl Error for ReloadError {
    /// Returns the cause of what the text says: of a refused file, the cause of
    /// the stage's error.
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            ReloadError::Refused { source, .. } => source.source(),
            ReloadError::Reentered { .. } => None,
            #[cfg(feature = "watch")]
            ReloadError::NotWatched { source, .. } => Some(source),
        }
    }
}

debug_as_message!(ReloadError);
