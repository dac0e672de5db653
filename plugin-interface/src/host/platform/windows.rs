//! Windows, and every other system that is no Unix.
#![expect(unsafe_code, reason = "maps a library")]

use core::ffi::c_void;
use std::fs::{File, FileType, Metadata, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use libloading::Library;

/// A library that is mapped cannot be removed: the next process removes it.
pub(crate) fn at_exit(_: extern "C" fn()) {}

/// Files have no number here: size and write time tell them apart.
pub(crate) fn file_number(_: &Metadata) -> (u64, u64) {
    (0, 0)
}

/// The time of a change of attributes is not known.
pub(crate) fn change_time(_: &Metadata) -> (i64, i64) {
    (0, 0)
}

/// There are no pipes among files.
pub(crate) fn never_wait(_: &mut OpenOptions) {}

/// Reads at an offset, which moves the position of the file.
pub(crate) fn read_at(mut file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    file.seek(SeekFrom::Start(at))?;
    file.read(buffer)
}

/// No kind of file is special.
pub(crate) fn special_file(_: FileType) -> Option<&'static str> {
    None
}

/// Returns stdout under another handle, which children do not inherit.
#[cfg(windows)]
pub(crate) fn another_stdout() -> io::Result<File> {
    use std::os::windows::io::AsHandle;

    Ok(io::stdout().as_handle().try_clone_to_owned()?.into())
}

/// A handle cannot be doubled here.
#[cfg(not(windows))]
pub(crate) fn another_stdout() -> io::Result<File> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Temporary directories are in the profile of the user already.
pub(crate) fn enter_by_owner_only(_: &mut tempfile::Builder<'_, '_>) {}

/// Access lists are not read.
pub(crate) fn is_of_this_user(_: &Metadata) -> bool {
    true
}

/// Access lists are not read.
pub(crate) fn is_world_writable(_: &Metadata) -> bool {
    false
}

/// No directory is sticky.
pub(crate) fn is_sticky(_: &Metadata) -> bool {
    false
}

/// No directory is sticky.
pub(crate) fn is_trusted_in_sticky(_: &Metadata, _: &Metadata) -> bool {
    true
}

/// A path as UTF-8 for a plugin; empty if it is none.
pub(crate) fn path_bytes(path: &Path) -> &[u8] {
    path.to_str().unwrap_or_default().as_bytes()
}

/// Maps a library.
///
/// # Safety
///
/// The constructors and destructors of the library may run.
pub(crate) unsafe fn map(path: &Path) -> Result<Library, libloading::Error> {
    // SAFETY: the contract of this function.
    unsafe { Library::new(path) }
}

/// A library needs no links here.
pub(crate) fn link(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Nothing is known that would have to be kept.
pub(crate) fn keep(_: &Path) {}

/// A closed library is taken to be unmapped.
pub(super) fn is_mapped(_: &Path) -> bool {
    false
}

/// The file of an address is not known.
pub(crate) fn file_at(_: *const c_void) -> Option<PathBuf> {
    None
}

/// There are no signals; a crash has an exit code.
pub(crate) fn is_interrupted(_: ExitStatus) -> bool {
    false
}

pub(crate) fn killed_by(_: ExitStatus) -> Option<String> {
    None
}

/// A child stays until it was waited for.
pub(crate) fn is_no_child(_: &io::Error) -> bool {
    false
}

/// The reading end of a child's output. A thread reads until the last process
/// that has the output is gone.
pub(crate) struct ChildPipe(Receiver<Vec<u8>>);

impl ChildPipe {
    /// The output for a child, and the end that reads it.
    pub(crate) fn new() -> io::Result<(Stdio, Self)> {
        let (mut ours, theirs) = io::pipe()?;
        let (sender, receiver) = mpsc::sync_channel(1);
        thread::spawn(move || {
            let mut bytes = vec![0; 4096];
            while let Ok(len @ 1..) = ours.read(&mut bytes) {
                if sender.send(bytes[..len].to_vec()).is_err() {
                    return;
                }
            }
        });
        Ok((Stdio::from(theirs), ChildPipe(receiver)))
    }

    /// Reads what comes within that time; nothing at the end of the output.
    pub(crate) fn read(&mut self, within: Duration) -> io::Result<Vec<u8>> {
        match self.0.recv_timeout(within) {
            Ok(bytes) => Ok(bytes),
            Err(RecvTimeoutError::Disconnected) => Ok(Vec::new()),
            Err(RecvTimeoutError::Timeout) => Err(io::ErrorKind::TimedOut.into()),
        }
    }
}
