//! A library that a manager loaded by watching, and holds until its file is
//! removed.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::host::error::{LoadError, UnloadError};
use crate::host::file::compare::Content;
use crate::host::file::identity::{FileIdentity, FileNames};
use crate::host::library::outcome::CloseRecord;
use crate::host::live::Follower;
use crate::host::manager::handle::PluginHandle;
use crate::host::manager::retry::Asked;
use crate::host::services::provided::Provider;
use crate::interface::PluginTrait;

/// The watches of a manager, and what it loaded by them.
#[derive(Default)]
pub(super) struct Watching {
    pub(super) polling: Option<Duration>,
    /// The newer ones last.
    pub(super) held: Vec<Held>,
    /// The plugins that it replaces for a `Live`.
    pub(super) followers: Vec<Follower>,
    /// Holds one token when a retry is asked for.
    pub(super) asked: Asked,
}

/// The libraries are closed in the reverse order: users before those whose services
/// they use.
impl Drop for Watching {
    fn drop(&mut self) {
        while self.held.pop().is_some() {}
    }
}

/// A library of a watched directory.
pub(super) struct Held {
    /// Its file, as the host knows it.
    pub(super) path: PathBuf,
    pub(super) names: FileNames,
    /// The interface that was asked for; `None` for all.
    pub(super) interface: Option<PluginTrait>,
    /// The file, from when it was last compared with the copy.
    pub(super) origin: FileIdentity,
    pub(super) content: Content,
    pub(super) close_record: CloseRecord,
    pub(super) handles: Vec<PluginHandle>,
}

impl Held {
    /// Returns `true` if it was loaded from that path for that interface.
    pub(super) fn is_of(&self, path: &Path, interface: Option<PluginTrait>) -> bool {
        self.path == path && self.interface == interface
    }

    /// Returns `true` if a path with these names is its file.
    pub(super) fn is_at(&self, names: &FileNames) -> bool {
        self.names.is(names)
    }

    /// Returns `true` if it has that content.
    pub(super) fn has(&self, content: &Content) -> bool {
        self.content.is(content)
    }

    /// Returns `true` if the file is still the one that was loaded.
    pub(super) fn is_there(&self) -> bool {
        FileIdentity::at(&self.path).is_ok_and(|found| self.origin.is_written_as(&found))
    }

    /// Returns new handles of the same instances.
    pub(super) fn share(&self) -> Vec<PluginHandle> {
        self.handles.iter().map(PluginHandle::another).collect()
    }

    /// Returns `true` if the handles of a newer version have everything that
    /// this one has.
    pub(super) fn is_covered_by(&self, newer: &[PluginHandle]) -> bool {
        self.handles.iter().all(|old| newer.iter().any(|new| new.serves_as(old)))
    }

    /// Hands the state of each instance to that of a newer version.
    pub(super) fn hand_over(&self, newer: &mut [PluginHandle]) -> Result<(), LoadError> {
        for new in newer {
            if let Some(old) = self.handles.iter().find(|old| new.serves_as(old)) {
                new.take_over(old)?;
            }
        }
        Ok(())
    }

    /// Returns the instances that provide services.
    pub(super) fn providers(&self) -> Vec<Arc<dyn Provider>> {
        self.handles.iter().filter_map(PluginHandle::as_provider).collect()
    }

    /// Returns `true` if it uses services of a plugin in that file.
    pub(super) fn uses(&self, path: &Path) -> bool {
        self.used().iter().any(|provider| provider.path() == path)
    }

    /// Returns the plugins whose services it uses.
    pub(super) fn used(&self) -> &[Arc<dyn Provider>] {
        self.handles.first().map_or(&[], PluginHandle::providers)
    }

    /// Closes the handles. Returns the count if nobody else has one.
    pub(super) fn close(self) -> (Option<u64>, Vec<UnloadError>) {
        let closed = self.handles.into_iter().map(PluginHandle::close);
        let errors = closed.filter_map(Result::err).collect();
        (self.close_record.count(), errors)
    }
}
