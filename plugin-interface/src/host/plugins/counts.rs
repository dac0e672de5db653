//! Counts what was loaded and what was closed.

use crate::host::library::outcome::CloseRecord;

/// The numbers of versions that [`Plugins`](super::Plugins) loaded and closed.
///
/// If both are equal, nothing of the plugins is left, except what
/// [`retained`](crate::retained) lists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PluginCounts {
    /// The versions of libraries that were loaded.
    pub loaded: u64,
    /// Those of them that were closed.
    pub closed: u64,
    /// The plugins that these destroyed, as the libraries count them.
    pub destroyed: u64,
}

/// The counts, and the libraries that were not closed when they were last read.
#[derive(Default)]
pub(super) struct Tally {
    counts: PluginCounts,
    open: Vec<CloseRecord>,
}

impl Tally {
    /// Counts a library that was loaded, once.
    pub(super) fn add(&mut self, library: CloseRecord) {
        if !self.open.iter().any(|open| open.is_same(&library)) {
            self.counts.loaded += 1;
            self.open.push(library);
        }
        // The list stays as short as there are libraries.
        self.read();
    }

    pub(super) fn read(&mut self) -> PluginCounts {
        let counts = &mut self.counts;
        self.open.retain(|library| {
            let destroyed = library.count();
            counts.closed += u64::from(destroyed.is_some());
            counts.destroyed += destroyed.unwrap_or(0);
            destroyed.is_none()
        });
        *counts
    }
}
