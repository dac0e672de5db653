//! Settle: nobody is writing the file, and nobody does while it is copied.
//!
//! On Linux a lease says so: it is refused while anybody has the file open for
//! writing, and broken when somebody opens it so. It needs the file to be our
//! own, and a file system that has leases; elsewhere size and times must do.
#![expect(unsafe_code, reason = "asks for a lease")]

use std::fs::{File, Metadata};
use std::io;
use std::time::{Duration, Instant};

/// How long a writer may take to close the file. One that has closed it may
/// seem not to have: a child that its process just started holds the file too,
/// until it runs its own program.
pub(crate) const PATIENCE: Duration = Duration::from_millis(300);

/// A file that is being read, and what it was when that began.
pub(crate) struct Settled<'f> {
    file: &'f File,
    before: Metadata,
    lease: Option<Lease<'f>>,
}

impl<'f> Settled<'f> {
    /// Begins to watch a file that is open for reading; `None` if somebody is
    /// writing it, and goes on doing so for as long as we have patience.
    pub(crate) fn begin(file: &'f File, patience: Duration) -> io::Result<Option<Self>> {
        let deadline = Instant::now() + patience;
        let lease = loop {
            match Lease::take(file) {
                Ok(lease) => break Some(lease),
                Err(error) if error.kind() != io::ErrorKind::WouldBlock => break None,
                Err(_) if Instant::now() >= deadline => return Ok(None),
                Err(_) => std::thread::sleep(PATIENCE / 60),
            }
        };
        Ok(Some(Settled { file, before: file.metadata()?, lease }))
    }

    /// The file, as it was when it was settled.
    pub(crate) fn before(&self) -> &Metadata {
        &self.before
    }

    /// Whether nobody wrote the file since.
    pub(crate) fn is_unchanged(&self) -> io::Result<bool> {
        let (before, after) = (&self.before, self.file.metadata()?);
        let is_same =
            before.len() == after.len() && before.modified().ok() == after.modified().ok();
        Ok(is_same && self.lease.as_ref().is_none_or(Lease::is_held))
    }
}

/// Chooses the signal of a lease (`linux/fcntl.h`); `libc` lacks it.
#[cfg(target_os = "linux")]
const F_SETSIG: libc::c_int = 10;

/// A read lease of an open file, which the system takes back when the file is
/// closed.
struct Lease<'f>(&'f File);

#[cfg(target_os = "linux")]
impl<'f> Lease<'f> {
    fn take(file: &'f File) -> io::Result<Self> {
        // Who breaks a lease sends a signal, whose default would end us; this
        // one is ignored by default.
        control(file, F_SETSIG, libc::SIGURG)?;
        control(file, libc::F_SETLEASE, libc::F_RDLCK)?;
        Ok(Lease(file))
    }

    fn is_held(&self) -> bool {
        matches!(control(self.0, libc::F_GETLEASE, 0), Ok(libc::F_RDLCK))
    }
}

#[cfg(target_os = "linux")]
fn control(file: &File, command: libc::c_int, argument: libc::c_int) -> io::Result<libc::c_int> {
    use std::os::fd::AsRawFd;
    // SAFETY: these commands take a number and touch no memory of ours.
    match unsafe { libc::fcntl(file.as_raw_fd(), command, argument) } {
        -1 => Err(io::Error::last_os_error()),
        answer => Ok(answer),
    }
}

#[cfg(not(target_os = "linux"))]
impl<'f> Lease<'f> {
    fn take(_: &'f File) -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn is_held(&self) -> bool {
        true
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::io::Write;

    use crate::host::load::settle::*;

    #[test]
    fn a_file_that_is_open_for_writing_is_not_settled() {
        let mut writer = tempfile::NamedTempFile::new().unwrap();
        let reader = File::open(writer.path()).unwrap();
        assert!(Settled::begin(&reader, PATIENCE).unwrap().is_none());
        writer.write_all(b"done").unwrap();
        let path = writer.into_temp_path();
        assert!(Settled::begin(&reader, PATIENCE).unwrap().is_some());
        drop(path);
    }

    #[test]
    fn a_writer_that_comes_meanwhile_is_noticed() {
        let path = tempfile::NamedTempFile::new().unwrap().into_temp_path();
        let reader = File::open(&path).unwrap();
        let settled = Settled::begin(&reader, PATIENCE).unwrap().unwrap();
        assert!(settled.is_unchanged().unwrap());
        // Waits for the lease to go, unless it says that it will not.
        use std::os::unix::fs::OpenOptionsExt;
        let mut options = std::fs::OpenOptions::new();
        let writer = options.write(true).custom_flags(libc::O_NONBLOCK).open(&path);
        assert_eq!(writer.unwrap_err().kind(), io::ErrorKind::WouldBlock);
        assert!(!settled.is_unchanged().unwrap());
    }
}
