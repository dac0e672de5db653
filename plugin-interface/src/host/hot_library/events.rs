//! The events of a plain library, and its listeners.

use std::sync::{Arc, Mutex, PoisonError};

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
}

type Listener = Arc<dyn Fn(&HotEvent) + Send + Sync>;

/// The listeners of a library.
#[derive(Default)]
pub(crate) struct Listeners(Mutex<Vec<Listener>>);

impl Listeners {
    pub(super) fn add(&self, listener: impl Fn(&HotEvent) + Send + Sync + 'static) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::new(listener));
    }

    /// Calls each listener. No lock is held meanwhile, so a listener may do
    /// anything, such as reload the library or add a listener.
    pub(super) fn announce(&self, event: &HotEvent) {
        let listeners = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for listener in listeners {
            listener(event);
        }
    }
}
