//! The libraries of a target, and the state that shows a change.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::host::error::LoadError;
use crate::host::file::identity::FileIdentity;
use crate::host::load::discover;
use crate::host::watch::target::WatchTarget;

/// The libraries of a target, by their paths as the host named them.
pub(super) type Scan = BTreeMap<PathBuf, FileState>;

/// The state of a file at the time of a scan.
#[derive(Clone, Debug)]
pub(super) struct FileState {
    pub(super) identity: FileIdentity,
    /// `true` if the file changed so recently that the next change may have the
    /// same time.
    pub(super) is_fresh: bool,
}

/// The coarsest clock of a file system ticks every two seconds.
const GRAIN: Duration = Duration::from_secs(2);

impl FileState {
    /// Returns the state of the file that `path` refers to, or of the link
    /// itself if its target is missing.
    pub(super) fn of(path: &Path) -> Option<Self> {
        let of_link = |_| path.symlink_metadata().map(|found| FileIdentity::by_metadata(&found));
        let identity = FileIdentity::at(path).or_else(of_link).ok()?;
        let written = identity.written();
        let age = written.and_then(|at| SystemTime::now().duration_since(at).ok());
        let is_fresh = age.is_none_or(|age| age < GRAIN);
        Some(FileState { identity, is_fresh })
    }
}

/// Scans the libraries of a target.
pub(super) fn scan(target: &WatchTarget) -> Result<Scan, LoadError> {
    let found = match &target.only {
        // A missing file does not show that the directory is there.
        Some(file) => discover::candidates(&target.directory).map(|_| vec![file.clone()])?,
        None if target.is_recursive => below(&target.directory)?,
        None => discover::candidates(&target.directory)?,
    };
    let marked =
        found.into_iter().filter_map(|path| FileState::of(&path).map(|state| (path, state)));
    Ok(marked.collect())
}

/// Returns the libraries of a directory and of those below it. Links to
/// directories are not followed. A directory that cannot be read has none.
fn below(directory: &Path) -> Result<Vec<PathBuf>, LoadError> {
    let mut found = discover::candidates(directory)?;
    let mut directories = subdirectories(directory);
    while let Some(next) = directories.pop() {
        found.extend(discover::candidates(&next).unwrap_or_default());
        directories.extend(subdirectories(&next));
    }
    Ok(found)
}

fn subdirectories(directory: &Path) -> Vec<PathBuf> {
    let entries = directory.read_dir().into_iter().flatten().flatten();
    let directories = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    directories.map(|entry| entry.path()).collect()
}
