//! What happens to the versions of a plain library.

use std::sync::{Arc, Mutex, PoisonError};

use crate::host::library::outcome::UnloadOutcome;

/// Something that happened to a version of a
/// [`HotLibrary`](super::HotLibrary).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HotEvent {
    /// A new version serves.
    Reloaded {
        /// Its number.
        generation: u64,
        /// The functions that the version before did not have.
        appeared: Vec<String>,
        /// The functions that only the version before had.
        vanished: Vec<String>,
    },
    /// A file was not taken into use; the version before it serves on.
    Refused {
        /// The version that serves on.
        generation: u64,
        /// Why, with all causes.
        message: String,
    },
    /// Changes of the file may not be noticed by
    /// [`watch`](super::HotLibrary#method.watch).
    NotWatched {
        /// Why.
        message: String,
    },
    /// The last call of a version that was replaced is over, and it was closed.
    Unloaded {
        /// Its number.
        generation: u64,
        /// Whether it was unmapped.
        outcome: UnloadOutcome,
    },
}

type Listener = Arc<dyn Fn(&HotEvent) + Send + Sync>;

/// Those who want to know.
#[derive(Default)]
pub(super) struct Listeners(Mutex<Vec<Listener>>);

impl Listeners {
    pub(super) fn add(&self, listener: impl Fn(&HotEvent) + Send + Sync + 'static) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::new(listener));
    }

    /// Calls each. No lock is held meanwhile, so that they may do as they like.
    pub(super) fn tell(&self, event: &HotEvent) {
        let listeners = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for listener in listeners {
            listener(event);
        }
    }
}
