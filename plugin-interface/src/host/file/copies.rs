//! The place of private copies.

use std::path::PathBuf;

/// The place of the private copies that libraries are loaded from, and how long
/// they stay there.
///
/// A library is mapped from a copy that only this process writes. Debuggers,
/// profilers and backtraces read that file for as long as the library is
/// loaded.
///
/// ```no_run
/// use plugin_interface::{Copies, LoadPolicy, PluginManager};
///
/// // `perf report` finds the files of this run later.
/// let policy = LoadPolicy::new().copies(Copies::KeptIn("profiled".into()));
/// let manager = PluginManager::with_policy(policy);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Copies {
    /// In the directory for temporary files. Each copy is removed when its
    /// library is unmapped, and the others when the process ends. What a killed
    /// process left is removed by the next one.
    #[default]
    Temporary,
    /// The same in this directory, which is created if it is missing. Nobody
    /// else may be able to write it: it decides what is loaded.
    In(PathBuf),
    /// In this directory, each process in one of its own, and never removed.
    KeptIn(PathBuf),
}

impl Copies {
    /// Returns the directory for the directories of processes.
    pub(super) fn parent(&self) -> PathBuf {
        let parent = match self {
            Copies::Temporary => std::env::temp_dir(),
            Copies::In(directory) | Copies::KeptIn(directory) => directory.clone(),
        };
        // An empty TMPDIR would mean the current directory.
        match parent.as_os_str().is_empty() {
            true => "/tmp".into(),
            // A copy is known by its path, also after the process changed its
            // current directory.
            false => std::path::absolute(&parent).unwrap_or(parent),
        }
    }

    pub(super) fn are_kept(&self) -> bool {
        matches!(self, Copies::KeptIn(_))
    }
}
