//! The identity of a file, by which a change is noticed.

use std::fs::{File, Metadata};
use std::path::{Path, PathBuf};
#[cfg(feature = "hot-library")]
use std::time::Duration;
use std::time::SystemTime;

use crate::host::platform;
use crate::host::platform::FileNumbers;

/// The facts by which an unchanged file is recognised: the file itself, its
/// size, and its times.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct FileIdentity {
    numbers: FileNumbers,
    len: u64,
    written: Option<SystemTime>,
}

impl FileIdentity {
    /// Returns that of the file at a path, or of the one that a link leads to.
    #[cfg(any(feature = "hot-library", feature = "watch"))]
    pub(crate) fn at(path: &Path) -> std::io::Result<Self> {
        let (metadata, numbers) = platform::look(path)?;
        Ok(FileIdentity::new(&metadata, numbers))
    }

    /// Returns that of an open file, as its metadata was at some time.
    pub(crate) fn of(file: &File, metadata: &Metadata) -> Self {
        FileIdentity::new(metadata, platform::file_numbers(file, metadata))
    }

    /// Returns the one that has nothing but its metadata, such as a link to
    /// nowhere.
    #[cfg(feature = "watch")]
    pub(crate) fn by_metadata(metadata: &Metadata) -> Self {
        FileIdentity::new(metadata, FileNumbers::default())
    }

    fn new(metadata: &Metadata, numbers: FileNumbers) -> Self {
        FileIdentity { numbers, len: metadata.len(), written: metadata.modified().ok() }
    }

    /// Returns `true` if the content was not written since, whatever else of
    /// the file changed.
    #[cfg(feature = "watch")]
    pub(crate) fn is_written_as(&self, other: &Self) -> bool {
        let of = |this: &Self| (this.numbers.file, this.len, this.written);
        of(self) == of(other)
    }

    /// One that differs from those of other numbers.
    #[cfg(all(test, feature = "watch"))]
    pub(crate) fn numbered(number: u64) -> Self {
        let numbers = FileNumbers { file: (0, number), ..FileNumbers::default() };
        FileIdentity { numbers, len: 0, written: None }
    }
}

impl FileIdentity {
    /// Returns the time of the last write, as the file says.
    #[cfg(any(feature = "hot-library", feature = "watch"))]
    pub(crate) fn written(&self) -> Option<SystemTime> {
        self.written
    }

    /// Returns the time of the last change of any kind, where the system
    /// records it.
    #[cfg(feature = "hot-library")]
    pub(crate) fn changed(&self) -> Option<SystemTime> {
        let (seconds, nanoseconds) = self.numbers.changed;
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

#[cfg(all(test, any(feature = "hot-library", feature = "watch")))]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_file_is_the_same_until_it_is_replaced_whatever_it_contains() {
        let directory = tempfile::tempdir().unwrap();
        let [path, other] = ["file", "other"].map(|name| directory.path().join(name));
        let number = |path: &Path| FileIdentity::at(path).unwrap().numbers.file;
        fs::write(&path, "content").unwrap();
        fs::write(&other, "content").unwrap();
        let (first, second) = (number(&path), number(&other));
        assert_ne!(first, second);
        let open = File::open(&path).unwrap();
        let metadata = open.metadata().unwrap();
        assert_eq!(FileIdentity::of(&open, &metadata), FileIdentity::at(&path).unwrap());
        drop(open);
        fs::write(&path, "other, longer content").unwrap();
        assert_eq!(number(&path), first);
        fs::rename(&other, &path).unwrap();
        assert_eq!(number(&path), second);
    }
}
