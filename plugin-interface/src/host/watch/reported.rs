//! Reports each failure to load a file once, and of the file that failed.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::host::error::LoadError;
use crate::host::file::identity::FileIdentity;

/// A file as it was before an attempt to load it.
#[derive(Debug)]
pub(crate) struct Attempt(Option<FileIdentity>);

impl Attempt {
    pub(crate) fn begin(path: &Path) -> Self {
        Attempt(state(path))
    }

    /// Returns `true` if the file was neither written nor replaced since.
    /// Otherwise an error of the attempt may not be one of the file that is
    /// there now.
    pub(crate) fn is_current(&self, path: &Path) -> bool {
        is_unchanged(self.0.as_ref(), state(path).as_ref())
    }
}

/// Returns what tells whether a file was written; `None` if it is not there.
fn state(path: &Path) -> Option<FileIdentity> {
    path.metadata().ok().map(|found| FileIdentity::of(&found))
}

fn is_unchanged(before: Option<&FileIdentity>, now: Option<&FileIdentity>) -> bool {
    match (before, now) {
        (Some(before), Some(now)) => before.is_written_as(now),
        (before, now) => before.is_none() && now.is_none(),
    }
}

/// The failures that were reported of one file, as it is.
#[derive(Debug, Default)]
pub(crate) struct ReportedFailures {
    /// The file; `None` if it was not there.
    file: Option<FileIdentity>,
    messages: BTreeSet<String>,
    duplicate_of: Option<PathBuf>,
}

impl ReportedFailures {
    /// Returns `true` if the failure was not reported yet of the file as it is
    /// now, and counts it as reported.
    pub(crate) fn is_new(&mut self, path: &Path, error: &LoadError) -> bool {
        let now = state(path);
        if !is_unchanged(self.file.as_ref(), now.as_ref()) {
            *self = ReportedFailures { file: now, ..ReportedFailures::default() };
        }
        if let LoadError::Duplicate { of, .. } = error {
            self.duplicate_of = Some(of.clone());
        }
        self.messages.insert(format!("{error:?}"))
    }

    /// Returns the file that this one is a copy of, if that was reported.
    pub(crate) fn duplicate_of(&self) -> Option<&Path> {
        self.duplicate_of.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_new_once_for_each_state_of_the_file() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        let nothing = LoadError::NothingMade { path: path.clone() };
        let written = LoadError::StillWritten { path: path.clone() };
        let mut reported = ReportedFailures::default();
        assert!(reported.is_new(&path, &nothing) && !reported.is_new(&path, &nothing));
        std::fs::write(&path, "content").unwrap();
        assert!(reported.is_new(&path, &nothing) && reported.is_new(&path, &written));
        assert!(!reported.is_new(&path, &nothing) && !reported.is_new(&path, &written));
        std::fs::write(&path, "other, longer content").unwrap();
        assert!(reported.is_new(&path, &nothing));
    }

    #[test]
    fn an_attempt_is_current_until_the_file_is_written_or_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let [path, beside] = ["file", "beside"].map(|name| directory.path().join(name));
        let of_none = Attempt::begin(&path);
        assert!(of_none.is_current(&path));
        std::fs::write(&path, "content").unwrap();
        assert!(!of_none.is_current(&path));
        let of_first = Attempt::begin(&path);
        assert!(of_first.is_current(&path));
        std::fs::write(&beside, "content").unwrap();
        std::fs::rename(&beside, &path).unwrap();
        assert!(!of_first.is_current(&path));
    }

    #[test]
    fn the_original_of_a_copy_is_known_until_the_file_changes() {
        let directory = tempfile::tempdir().unwrap();
        let (path, of) = (directory.path().join("copy"), directory.path().join("original"));
        let duplicate = LoadError::Duplicate { path: path.clone(), of: of.clone() };
        let mut reported = ReportedFailures::default();
        assert!(reported.is_new(&path, &duplicate));
        assert_eq!(reported.duplicate_of(), Some(&*of));
        std::fs::write(&path, "content").unwrap();
        assert!(reported.is_new(&path, &LoadError::NothingMade { path: path.clone() }));
        assert_eq!(reported.duplicate_of(), None);
    }
}
