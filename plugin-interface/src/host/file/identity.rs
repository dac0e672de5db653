//! The identity of a file, by which a change is noticed.

use std::fs::Metadata;
use std::path::{Path, PathBuf};
#[cfg(feature = "hot-library")]
use std::time::Duration;
use std::time::SystemTime;

use crate::host::platform;

/// The facts by which an unchanged file is recognised: the file itself, its
/// size, and its times.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct FileIdentity {
    file: (u64, u64),
    len: u64,
    written: Option<SystemTime>,
    changed: (i64, i64),
}

impl FileIdentity {
    pub(crate) fn of(metadata: &Metadata) -> Self {
        let (file, changed) = (platform::file_number(metadata), platform::change_time(metadata));
        FileIdentity { file, len: metadata.len(), written: metadata.modified().ok(), changed }
    }

    /// Returns `true` if the content was not written since, whatever else of
    /// the file changed.
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
    /// Returns the time of the last write, as the file says.
    pub(crate) fn written(&self) -> Option<SystemTime> {
        self.written
    }

    /// Returns the time of the last change of any kind, where the system
    /// records it.
    pub(crate) fn changed(&self) -> Option<SystemTime> {
        let (seconds, nanoseconds) = self.changed;
        let since = Duration::new(seconds.try_into().ok()?, nanoseconds.try_into().ok()?);
        (!since.is_zero()).then(|| SystemTime::UNIX_EPOCH + since)
    }
}

/// The two names of a file that was loaded: as the host named it, and without
/// links. Both are from when it was loaded, since links may move and files may
/// be removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FileNames {
    named: PathBuf,
    real: PathBuf,
}

impl FileNames {
    /// Returns the names of the file that was found at `path` and is `real`.
    pub(crate) fn new(path: &Path, real: PathBuf) -> Self {
        FileNames { named: absolute(path), real }
    }

    /// Returns the names that a path has now.
    pub(crate) fn of(path: &Path) -> Self {
        FileNames { named: absolute(path), real: real_path(path) }
    }

    /// Returns the path without links.
    pub(crate) fn real(&self) -> &Path {
        &self.real
    }

    /// Returns `true` if one of the names is the same.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.named == other.named || self.real == other.real
    }
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// Returns a path that is equal for two names of one file. Of a file that is
/// gone, only its directory may have several names.
fn real_path(path: &Path) -> PathBuf {
    let in_real_directory = || {
        let path = absolute(path);
        let directory = path.parent()?.canonicalize().ok()?;
        Some(directory.join(path.file_name()?))
    };
    path.canonicalize().ok().or_else(in_real_directory).unwrap_or_else(|| absolute(path))
}
