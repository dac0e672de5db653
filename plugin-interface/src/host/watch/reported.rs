//! Reports each failure to load a file once, and of the file that failed.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::host::error::LoadError;
use crate::host::file::identity::FileIdentity;

/// A file as it was before an attempt to load it; `None` if it was not there.
#[derive(Clone, Debug)]
pub(crate) struct Attempt(Option<FileIdentity>);

/// The file that is there after an attempt to load it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileNow {
    Same,
    Replaced,
    Gone,
}

impl Attempt {
    pub(crate) fn begin(path: &Path) -> Self {
        Attempt(FileIdentity::at(path).ok())
    }

    /// An attempt that loaded this file.
    pub(crate) fn of(file: FileIdentity) -> Self {
        Attempt(Some(file))
    }

    /// Compares the file that is there now with the one of the attempt.
    pub(crate) fn file_now(&self, path: &Path) -> FileNow {
        if path.symlink_metadata().is_err() {
            return FileNow::Gone;
        }
        if self.is_current(path) { FileNow::Same } else { FileNow::Replaced }
    }

    /// Returns `true` if the file was neither written nor replaced since.
    /// Otherwise an error of the attempt may not be one of the file that is
    /// there now.
    pub(crate) fn is_current(&self, path: &Path) -> bool {
        self.is_of_same(&Attempt::begin(path))
    }

    /// Returns `true` if both found the same file, with the same content.
    fn is_of_same(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Some(this), Some(other)) => this.is_written_as(other),
            (this, other) => this.is_none() && other.is_none(),
        }
    }
}

/// The failures that were reported of one file, as it was at the last attempt.
#[derive(Debug, Default)]
pub(crate) struct ReportedFailures {
    /// `None` before the first failure.
    last: Option<Attempt>,
    messages: BTreeSet<String>,
    refused_for: Option<PathBuf>,
}

impl ReportedFailures {
    /// Returns `true` if the failure was not reported yet of the file of the
    /// attempt, and counts it as reported.
    ///
    /// The file may have been replaced since. That is no other failure of the
    /// one that was tried, nor one of the file that replaced it.
    pub(crate) fn is_new(&mut self, attempt: &Attempt, error: &LoadError) -> bool {
        if !self.last.as_ref().is_some_and(|last| last.is_of_same(attempt)) {
            *self = ReportedFailures { last: Some(attempt.clone()), ..ReportedFailures::default() };
        }
        match error {
            LoadError::Duplicate { of, .. } => self.refused_for = Some(of.clone()),
            LoadError::Shadowed { by, .. } => self.refused_for = Some(by.to_path_buf()),
            _ => {}
        }
        self.messages.insert(format!("{error:?}"))
    }

    /// Returns the file that this one is a copy of or that has precedence over it, if
    /// that was reported.
    pub(crate) fn refused_for(&self) -> Option<&Path> {
        self.refused_for.as_deref()
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
        let mut is_new = |error| reported.is_new(&Attempt::begin(&path), error);
        assert!(is_new(&nothing) && !is_new(&nothing));
        std::fs::write(&path, "content").unwrap();
        assert!(is_new(&nothing) && is_new(&written));
        assert!(!is_new(&nothing) && !is_new(&written));
        std::fs::write(&path, "other, longer content").unwrap();
        assert!(is_new(&nothing));
    }

    #[test]
    fn a_failure_of_a_file_that_is_replaced_meanwhile_is_none_of_the_next_file() {
        let directory = tempfile::tempdir().unwrap();
        let [path, next] = ["file", "next"].map(|name| directory.path().join(name));
        std::fs::write(&path, "content").unwrap();
        let error = LoadError::NothingMade { path: path.clone() };
        let mut reported = ReportedFailures::default();
        assert!(reported.is_new(&Attempt::begin(&path), &error));
        let again = Attempt::begin(&path);
        std::fs::write(&next, "content").unwrap();
        std::fs::rename(&next, &path).unwrap();
        assert!(!reported.is_new(&again, &error));
        assert!(reported.is_new(&Attempt::begin(&path), &error));
    }

    #[test]
    #[cfg(unix)]
    fn a_change_of_the_mode_or_the_name_of_a_file_is_none_of_its_content() {
        use std::os::unix::fs::PermissionsExt as _;
        let directory = tempfile::tempdir().unwrap();
        let [path, other] = ["file", "other"].map(|name| directory.path().join(name));
        std::fs::write(&path, "content").unwrap();
        let before = Attempt::begin(&path);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o400)).unwrap();
        assert!(before.is_current(&path));
        std::fs::hard_link(&path, &other).unwrap();
        std::fs::rename(&other, &path).unwrap();
        assert!(before.is_current(&path));
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
    fn a_file_that_is_gone_is_no_file_that_was_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        let of_none = Attempt::begin(&path);
        assert_eq!(of_none.file_now(&path), FileNow::Gone);
        std::fs::write(&path, "content").unwrap();
        let of_first = Attempt::begin(&path);
        let now = [&of_none, &of_first].map(|attempt| attempt.file_now(&path));
        assert_eq!(now, [FileNow::Replaced, FileNow::Same]);
        std::fs::remove_file(&path).unwrap();
        assert_eq!(of_first.file_now(&path), FileNow::Gone);
    }

    #[test]
    fn the_original_of_a_copy_is_known_until_the_file_changes() {
        let directory = tempfile::tempdir().unwrap();
        let (path, of) = (directory.path().join("copy"), directory.path().join("original"));
        let duplicate = LoadError::Duplicate { path: path.clone(), of: of.clone() };
        let mut reported = ReportedFailures::default();
        assert!(reported.is_new(&Attempt::begin(&path), &duplicate));
        assert_eq!(reported.refused_for(), Some(&*of));
        std::fs::write(&path, "content").unwrap();
        let other = LoadError::NothingMade { path: path.clone() };
        assert!(reported.is_new(&Attempt::begin(&path), &other));
        assert_eq!(reported.refused_for(), None);
    }
}
