//! A library that a manager loaded by watching, and holds until its file goes.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::host::error::UnloadError;
use crate::host::file::compare::Content;
use crate::host::file::identity::{FileIdentity, real_path};
use crate::host::library::outcome::CloseRecord;
use crate::host::live::Follower;
use crate::host::manager::handle::PluginHandle;
use crate::interface::PluginTrait;

/// How a manager watches, and what it loaded so.
#[derive(Debug, Default)]
pub(super) struct Watching {
    pub(super) polling: Option<Duration>,
    /// The newer ones later.
    pub(super) held: Vec<Held>,
    /// What it replaces for others.
    pub(super) followers: Vec<Follower>,
}

/// A library of a watched directory.
#[derive(Debug)]
pub(super) struct Held {
    /// Its file, as the host knows it.
    pub(super) path: PathBuf,
    /// What was asked for; all, if nothing was.
    pub(super) interface: Option<PluginTrait>,
    /// The file as it was when it was last compared with the copy.
    pub(super) origin: FileIdentity,
    pub(super) content: Content,
    pub(super) close_record: CloseRecord,
    pub(super) handles: Vec<PluginHandle>,
}

impl Held {
    /// Whether this is what was loaded from that path for that interface.
    pub(super) fn is_of(&self, path: &Path, interface: Option<PluginTrait>) -> bool {
        self.path == path && self.interface == interface
    }

    /// Whether somebody means this one by a path, which is `real` without
    /// links.
    pub(super) fn is_at(&self, path: &Path, real: &Path) -> bool {
        self.path == path || real_path(&self.path) == real
    }

    /// Whether that is its content.
    pub(super) fn has(&self, content: &Content) -> bool {
        self.content.is(content)
    }

    /// Whether the file is still the one that was loaded.
    pub(super) fn is_there(&self) -> bool {
        self.path.metadata().is_ok_and(|found| self.origin.is_written_as(&FileIdentity::of(&found)))
    }

    /// Handles of the same instances, to give out.
    pub(super) fn share(&self) -> Vec<PluginHandle> {
        self.handles.iter().map(PluginHandle::another).collect()
    }

    /// Whether a newer version without what could not be made of it would
    /// still serve all that this one does.
    pub(super) fn is_covered_by(&self, newer: &[PluginHandle]) -> bool {
        self.handles.iter().all(|old| newer.iter().any(|new| new.serves_as(old)))
    }

    /// Gives the handles back. The counter is there if nobody else has one.
    pub(super) fn close(self) -> (Option<u64>, Vec<UnloadError>) {
        let closed = self.handles.into_iter().map(PluginHandle::close);
        let errors = closed.filter_map(Result::err).collect();
        (self.close_record.count(), errors)
    }
}
