//! Windows.
#![expect(unsafe_code, reason = "maps a library")]

mod constant_parts;
pub(super) mod files;
pub(super) mod image;
pub(super) mod threads;

use std::ffi::OsString;
use std::fs::{File, FileType, Metadata, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::windows::io::AsHandle;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use libloading::Library;

/// A library that is mapped cannot be removed: the next process removes it.
pub(crate) fn at_exit(_: extern "C" fn()) {}

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
pub(crate) fn another_stdout() -> io::Result<File> {
    Ok(io::stdout().as_handle().try_clone_to_owned()?.into())
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

/// Access lists are not read.
#[cfg(feature = "trust")]
pub(crate) fn may_others_write(_: &Metadata) -> bool {
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

/// A name that a file has as bytes, which are no name here unless they are UTF-8.
pub(crate) fn os_string(bytes: &[u8]) -> OsString {
    String::from_utf8_lossy(bytes).into_owned().into()
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

/// No signal interrupts a process: Ctrl-C has an exit code of its own.
pub(crate) fn is_interrupted(status: ExitStatus) -> bool {
    const CONTROL_C_EXIT: u32 = 0xc000_013a;
    status.code().map(i32::cast_unsigned) == Some(CONTROL_C_EXIT)
}

/// Describes a crash: its exit code is that of an exception.
pub(crate) fn killed_by(status: ExitStatus) -> Option<String> {
    let code = status.code()?.cast_unsigned();
    let name = match code {
        0xc000_0005 => "an access violation (a wild pointer)",
        0xc000_0006 => "an error of a page (a damaged or lost file)",
        0xc000_001d => "an illegal instruction",
        0xc000_0094 => "a division by zero",
        0xc000_00fd => "a stack overflow",
        0xc000_0374 => "a corrupted heap",
        // Also how Rust aborts.
        0xc000_0409 => "a fast failure (it aborted)",
        0xc000_0000.. => "an exception",
        _ => return None,
    };
    Some(format!("{name}, {code:#x}"))
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
