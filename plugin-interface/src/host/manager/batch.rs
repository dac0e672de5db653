//! What the load of some files of a watch did.

use std::collections::{BTreeSet, VecDeque};
use std::path::{Path, PathBuf};

use super::held::Held;
use super::starting::Starting;
use crate::host::error::LoadError;
use crate::host::manager::handle::PluginHandle;
use crate::host::watch::Attempt;

/// The result of loading one file.
pub(super) enum LoadedFile {
    /// It is held already.
    Same,
    /// It waits for what others may provide.
    Waits,
    /// It is held, and replaces an older version or not.
    New(Option<Box<Held>>),
}

/// How a file is loaded.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    /// If it is new, once the needs of all its plugins are met.
    Whole,
    /// If it is new, as far as its needs are met.
    InPart,
    /// Though it is the same, once its needs are met: for what others provide now.
    Again,
}

/// What a load of some files did.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) handles: Vec<PluginHandle>,
    /// The files that replace no older version, and whose plugins are not started yet,
    /// in the order in which they were loaded.
    pub(super) created: VecDeque<(PathBuf, Attempt)>,
    pub(super) starting: Starting,
    /// The files of the handles.
    pub(super) loaded: Vec<PathBuf>,
    /// The old versions, to be closed in this order.
    pub(super) replaced: Vec<Held>,
    pub(super) failed: Vec<(PathBuf, Attempt, LoadError)>,
    /// The files that were loaded again for what others provide now.
    pub(super) again: BTreeSet<PathBuf>,
}

impl Batch {
    /// Announces the plugins of a file, in the place of those that were announced
    /// before.
    pub(super) fn announce(&mut self, path: &Path, handles: Vec<PluginHandle>) {
        self.handles.retain(|handle| handle.path() != path);
        self.handles.extend(handles);
        self.loaded.retain(|other| other != path);
        self.loaded.push(path.to_owned());
    }
}
