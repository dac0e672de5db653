//! Why a version was not taken into use.

use core::fmt;
use std::error::Error;
use std::path::PathBuf;

use crate::host::error::stage::Stage;
use crate::host::error::{LoadError, debug_as_message};

/// Why a file was not taken into use by a [`Live`](super::Live).
///
/// ```
/// use plugin_interface::{Greeter, Live, ReloadError, Stage};
///
/// let error = Live::<dyn Greeter>::open("no/such/library.so").unwrap_err();
/// assert_eq!(error.stage(), Some(Stage::Settle));
/// ```
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum ReloadError {
    /// A stage of its load failed.
    #[error("{} was refused at the stage `{stage}`", path.display())]
    Refused {
        /// The file.
        path: PathBuf,
        /// The stage that failed.
        stage: Stage,
        /// Why.
        source: Box<LoadError>,
    },
    /// This thread is reloading the library already: its constructor, or what
    /// listens to events, asked for it again.
    #[error(
        "{} is being reloaded by this very thread; ask for it again when that is done",
        path.display()
    )]
    Reentered {
        /// The file.
        path: PathBuf,
    },
    /// The first version was loaded, but the system gives no thread to watch
    /// its file.
    #[cfg(feature = "watch")]
    #[error("cannot watch {}: no thread can be started; end others, or raise the limit", path.display())]
    NotWatched {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

impl ReloadError {
    /// The stage that failed, if one was begun.
    pub fn stage(&self) -> Option<Stage> {
        match self {
            ReloadError::Refused { stage, .. } => Some(*stage),
            ReloadError::Reentered { .. } => None,
            #[cfg(feature = "watch")]
            ReloadError::NotWatched { .. } => None,
        }
    }
}

debug_as_message!(ReloadError);
