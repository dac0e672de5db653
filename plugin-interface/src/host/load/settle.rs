//! Settle: wait until the file is completely written, and notice writers while
//! it is copied.
//!
//! On Linux a lease says so. The system refuses one while the file is open for
//! writing, and breaks it when the file is opened so. The file must belong to
//! this user, on a file system with leases. Windows refuses an open that
//! excludes writers while there is one. Elsewhere, size and times are compared.

use std::fs::{File, Metadata};
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::host::error::LoadError;
use crate::host::file::identity::FileIdentity;
use crate::host::file::open::open_without_waiting;
use crate::host::file::paged::PagedFile;
use crate::host::platform;

/// The time that a writer may take to close the file. A closed file may seem to
/// be open: a child that the writer just started holds it too, until it runs
/// its own program.
pub(crate) const PATIENCE: Duration = Duration::from_millis(300);

/// A file that is open for reading, and its metadata from before it was read.
pub(super) struct SettledFile {
    file: File,
    before: Metadata,
    identity: FileIdentity,
    has_lease: bool,
}

impl SettledFile {
    /// Opens a file. Refuses it if it is still being written when the patience
    /// is over. Without patience, writers are ignored.
    pub(super) fn open(path: &Path, patience: Option<Duration>) -> Result<Self, LoadError> {
        let unreadable = |source| LoadError::Read { path: path.to_owned(), source };
        let still_written = || LoadError::StillWritten { path: path.to_owned() };
        let deadline = Instant::now() + patience.unwrap_or_default();
        let file = loop {
            match open_without_waiting(path) {
                Err(error) if !platform::is_of_writer(&error) => return Err(unreadable(error)),
                Err(_) if Instant::now() >= deadline => return Err(still_written()),
                Err(_) => std::thread::sleep(PATIENCE / 60),
                Ok(file) => break file,
            }
        };
        let has_lease = match patience.map(|_| wait_for_writer(&file, deadline)) {
            Some(None) => return Err(still_written()),
            Some(Some(has_lease)) => has_lease,
            None => false,
        };
        let before = file.metadata().map_err(unreadable)?;
        let identity = FileIdentity::of(&file, &before);
        Ok(SettledFile { file, before, identity, has_lease })
    }

    /// The identity that the file had when it was completely written.
    pub(super) fn identity(&self) -> &FileIdentity {
        &self.identity
    }

    pub(super) fn file(&self) -> &File {
        &self.file
    }

    /// The metadata, from when the file was completely written.
    pub(super) fn metadata(&self) -> &Metadata {
        &self.before
    }

    /// The content, to be read by pages.
    pub(super) fn pages(&self) -> io::Result<PagedFile> {
        Ok(PagedFile::new(self.file.try_clone()?, self.before.len()))
    }

    /// Returns `true` if nobody wrote the file since it was opened.
    pub(super) fn is_unchanged(&self) -> io::Result<bool> {
        let (before, after) = (&self.before, self.file.metadata()?);
        let is_same =
            before.len() == after.len() && before.modified().ok() == after.modified().ok();
        Ok(is_same && (!self.has_lease || platform::has_lease(&self.file)))
    }
}

/// Takes a lease of a file, and returns `true`, or `false` where there are no
/// leases. Returns `None` if the file is still being written at that time.
fn wait_for_writer(file: &File, deadline: Instant) -> Option<bool> {
    loop {
        match platform::take_lease(file) {
            Ok(()) => return Some(true),
            Err(error) if error.kind() != io::ErrorKind::WouldBlock => return Some(false),
            Err(_) if Instant::now() >= deadline => return None,
            Err(_) => std::thread::sleep(PATIENCE / 60),
        }
    }
}

#[cfg(all(test, any(target_os = "linux", windows)))]
mod tests {
    use std::io::Write;

    use crate::host::load::settle::*;

    #[test]
    fn a_file_that_is_open_for_writing_is_not_settled() {
        let mut writer = tempfile::NamedTempFile::new().unwrap();
        let refused = SettledFile::open(writer.path(), Some(PATIENCE));
        assert!(matches!(refused, Err(LoadError::StillWritten { .. })));
        writer.write_all(b"done").unwrap();
        let path = writer.into_temp_path();
        assert!(SettledFile::open(&path, Some(PATIENCE)).is_ok());
    }

    #[test]
    #[cfg(windows)]
    fn a_file_that_its_writer_has_alone_is_not_settled() {
        use std::os::windows::fs::OpenOptionsExt as _;
        let path = tempfile::NamedTempFile::new().unwrap().into_temp_path();
        let writer = File::options().write(true).share_mode(0).open(&path).unwrap();
        let refused = SettledFile::open(&path, Some(PATIENCE));
        assert!(matches!(refused, Err(LoadError::StillWritten { .. })));
        drop(writer);
        let settled = SettledFile::open(&path, Some(PATIENCE)).unwrap();
        assert!(settled.is_unchanged().unwrap());
        let writer = File::options().write(true).open(&path).unwrap();
        assert!(!settled.is_unchanged().unwrap(), "it has begun to write");
        drop(writer);
        assert!(settled.is_unchanged().unwrap(), "it wrote nothing");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_writer_that_comes_meanwhile_is_noticed() {
        let path = tempfile::NamedTempFile::new().unwrap().into_temp_path();
        let settled = SettledFile::open(&path, Some(PATIENCE)).unwrap();
        assert!(settled.is_unchanged().unwrap());
        // Waits for the lease to go, unless it says that it will not.
        use std::os::unix::fs::OpenOptionsExt;
        let mut options = std::fs::OpenOptions::new();
        let writer = options.write(true).custom_flags(libc::O_NONBLOCK).open(&path);
        assert_eq!(writer.unwrap_err().kind(), io::ErrorKind::WouldBlock);
        assert!(!settled.is_unchanged().unwrap());
    }
}
