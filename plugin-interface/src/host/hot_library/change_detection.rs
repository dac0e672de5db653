//! Detects if a file is another version than the current one.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::host::file::compare::is_same;
use crate::host::file::digest::{Digest, digest};
use crate::host::file::identity::FileIdentity;

/// The way in which a [`HotLibrary`](super::HotLibrary) detects that its file
/// has changed.
///
/// ```
/// use plugin_interface::{ChangeDetection, HotOptions};
/// let options = HotOptions::new().change_detection(ChangeDetection::Sha256);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChangeDetection {
    /// Compares every byte with the copy of the current version. A file that
    /// was neither written nor replaced since then is not even opened.
    #[default]
    Content,
    /// Compares only the time of the last modification. A file that was touched
    /// is loaded again. A file with its earlier time restored is not.
    ModificationTime,
    /// Compares the SHA-256 digest. Detects the same changes as `Content`, at a
    /// higher cost.
    Sha256,
}

/// A file that was loaded or refused, and its content.
#[derive(Debug)]
pub(super) struct KnownFile {
    file: FileIdentity,
    /// `true` if a later change of the file shows in its times, because it was
    /// not changed just when it was copied.
    is_certain: bool,
    copy: PathBuf,
    digest: Option<Digest>,
}

impl ChangeDetection {
    /// Describes the file that was copied. Called when the copy exists.
    pub(super) fn known_file(self, file: &FileIdentity, copy: &Path) -> KnownFile {
        let digest = match self {
            ChangeDetection::Sha256 => digest(copy).ok(),
            _ => None,
        };
        let is_certain = is_certain(file, SystemTime::now());
        KnownFile { file: file.clone(), is_certain, copy: copy.to_owned(), digest }
    }
}

impl KnownFile {
    /// Returns `true` if the file at `path` is this one by its metadata alone.
    pub(super) fn is_at(&self, path: &Path, how: ChangeDetection) -> bool {
        let Ok(found) = FileIdentity::at(path) else {
            return false;
        };
        match how {
            ChangeDetection::ModificationTime => found.written() == self.file.written(),
            _ => self.is_certain && found == self.file,
        }
    }

    /// Returns `true` if another copy has the same content.
    pub(super) fn is_same(&self, copy: &Path, how: ChangeDetection) -> bool {
        match how {
            ChangeDetection::Content => is_same(&self.copy, copy),
            ChangeDetection::Sha256 => self.digest.is_some() && digest(copy).ok() == self.digest,
            ChangeDetection::ModificationTime => false,
        }
    }

    /// Remembers that the same content was found in a file with other metadata.
    pub(super) fn found_again(&mut self, file: &FileIdentity) {
        self.is_certain = is_certain(file, SystemTime::now());
        self.file = file.clone();
    }
}

/// Returns `true` if a change from now on cannot have the time of the last one.
fn is_certain(file: &FileIdentity, now: SystemTime) -> bool {
    /// Longer than the ticks of the clocks of file systems.
    const TICK: Duration = Duration::from_millis(50);
    let age = file.changed().and_then(|at| now.duration_since(at).ok());
    age.is_some_and(|age| age > TICK)
}

#[cfg(test)]
mod tests {
    use crate::host::hot_library::change_detection::*;

    #[test]
    fn a_file_that_was_changed_just_now_is_known_by_its_content_only() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        std::fs::write(&path, "content").unwrap();
        let file = FileIdentity::at(&path).unwrap();
        let changed = file.changed().expect("the system has it");
        for (age, expected) in [(0, false), (40, false), (60, true), (3_600_000, true)] {
            assert_eq!(is_certain(&file, changed + Duration::from_millis(age)), expected, "{age}");
        }
        assert!(!is_certain(&file, changed - Duration::from_secs(1)), "clocks differ");

        let mut seen = ChangeDetection::Content.known_file(&file, &path);
        for is_certain in [false, true] {
            seen.is_certain = is_certain;
            assert_eq!(seen.is_at(&path, ChangeDetection::Content), is_certain);
            assert!(seen.is_at(&path, ChangeDetection::ModificationTime));
        }
        std::fs::write(&path, "other, longer content").unwrap();
        assert!(!seen.is_at(&path, ChangeDetection::Content));
    }
}
