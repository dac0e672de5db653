//! The identity of a file, and whether it changed.

use std::fs::Metadata;
use std::path::{Path, PathBuf};
#[cfg(feature = "hot-library")]
use std::time::Duration;
use std::time::SystemTime;

/// By what a file that was not changed is known again: which one it is, its
/// size, and when it was written and changed otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct FileIdentity {
    file: (u64, u64),
    len: u64,
    written: Option<SystemTime>,
    changed: (i64, i64),
}

impl FileIdentity {
    pub(crate) fn of(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        let (file, changed) = {
            use std::os::unix::fs::MetadataExt;
            ((metadata.dev(), metadata.ino()), (metadata.ctime(), metadata.ctime_nsec()))
        };
        #[cfg(not(unix))]
        let (file, changed) = ((0, 0), (0, 0));
        FileIdentity { file, len: metadata.len(), written: metadata.modified().ok(), changed }
    }

    /// Whether nobody wrote the file since it was that one, whatever else
    /// became of it.
    #[cfg(feature = "watch")]
    pub(crate) fn is_written_as(&self, other: &Self) -> bool {
        (self.file, self.len, self.written) == (other.file, other.len, other.written)
    }

    /// One that differs from those of other numbers.
    #[cfg(all(test, feature = "watch"))]
    pub(crate) fn numbered(number: u64) -> Self {
        FileIdentity { file: (0, number), len: 0, written: None, changed: (0, 0) }
    }
}

#[cfg(feature = "hot-library")]
impl FileIdentity {
    /// When its content was written last, or is said to have been.
    pub(crate) fn written(&self) -> Option<SystemTime> {
        self.written
    }

    /// When anything of it was changed last, where the system knows that.
    pub(crate) fn changed(&self) -> Option<SystemTime> {
        let (seconds, nanoseconds) = self.changed;
        let since = Duration::new(seconds.try_into().ok()?, nanoseconds.try_into().ok()?);
        (!since.is_zero()).then(|| SystemTime::UNIX_EPOCH + since)
    }
}

/// A path by which two names of one file are equal, as far as the file is still
/// there to tell.
pub(crate) fn real_path(path: &Path) -> PathBuf {
    path.canonicalize().or_else(|_| std::path::absolute(path)).unwrap_or_else(|_| path.to_owned())
}
