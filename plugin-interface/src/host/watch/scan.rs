//! Which libraries are there, and by what a change of them is known.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::host::error::LoadError;
use crate::host::file::identity::FileIdentity;
use crate::host::load::discover;
use crate::host::watch::target::WatchTarget;

/// The libraries of a target, by the names that a host knows them by.
pub(super) type Scan = BTreeMap<PathBuf, FileState>;

/// A file as it was when it was counted.
#[derive(Clone, Debug)]
pub(super) struct FileState {
    pub(super) identity: FileIdentity,
    /// Changed so lately that the clock of its file system may not tell the
    /// next change from this one.
    pub(super) is_fresh: bool,
}

/// File systems keep times to two seconds, or better.
const GRAIN: Duration = Duration::from_secs(2);

impl FileState {
    /// The file that `path` leads to, or else the link that leads nowhere.
    pub(super) fn of(path: &Path) -> Option<Self> {
        let found = path.metadata().or_else(|_| path.symlink_metadata()).ok()?;
        let age = found.modified().ok().and_then(|at| SystemTime::now().duration_since(at).ok());
        let is_fresh = age.is_none_or(|age| age < GRAIN);
        Some(FileState { identity: FileIdentity::of(&found), is_fresh })
    }
}

/// Counts the libraries of a target.
pub(super) fn scan(target: &WatchTarget) -> Result<Scan, LoadError> {
    let found = match &target.only {
        // Whether the directory is there, a missing file does not tell.
        Some(file) => discover::candidates(&target.directory).map(|_| vec![file.clone()])?,
        None if target.is_recursive => below(&target.directory)?,
        None => discover::candidates(&target.directory)?,
    };
    let marked =
        found.into_iter().filter_map(|path| FileState::of(&path).map(|state| (path, state)));
    Ok(marked.collect())
}

/// The libraries of a directory and of those below it; links to directories
/// are not followed, and what cannot be read has none.
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

/// Whether a file is named as libraries are.
pub(super) fn is_candidate(path: &Path) -> bool {
    path.extension() == Some(OsStr::new(std::env::consts::DLL_EXTENSION))
}
