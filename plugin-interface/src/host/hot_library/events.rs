//! The events of a plain library.

use std::time::Duration;

use crate::host::library::outcome::UnloadOutcome;

/// An event of a version of a [`HotLibrary`](super::HotLibrary).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HotEvent {
    /// A new version is current.
    Reloaded {
        /// The number of the version.
        generation: u64,
        /// The functions that are new in this version.
        appeared: Vec<String>,
        /// The functions that this version no longer has.
        vanished: Vec<String>,
    },
    /// A file was refused. The current version stays.
    Refused {
        /// The current version.
        generation: u64,
        /// The error, with all its causes.
        message: String,
    },
    /// [`watch`](super::HotLibrary#method.watch) may miss changes of the file.
    NotWatched {
        /// The reason.
        message: String,
    },
    /// The last call of a replaced version ended, and the version was closed.
    Unloaded {
        /// The number of the version.
        generation: u64,
        /// The outcome: unmapped, or why not.
        outcome: UnloadOutcome,
    },
    /// A listener panicked. It is called again for the next event.
    ListenerPanicked {
        /// The place in the source where the listener was added.
        listener: String,
        /// The message of its panic.
        message: String,
    },
    /// A listener has not returned for longer than the
    /// [deadline](super::HotOptions::deadline). Its events wait for it. Nothing
    /// else does.
    ListenerBlocked {
        /// The place in the source where the listener was added.
        listener: String,
        /// The time since it was called.
        since: Duration,
    },
}
