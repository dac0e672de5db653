//! Unix: files, their owners, the dynamic linker, and the output of a child.
#![expect(unsafe_code, reason = "asks the dynamic linker")]

use core::ffi::{CStr, c_void};
use core::mem::MaybeUninit;
use std::ffi::{OsStr, OsString};
use std::fs::{File, FileType, Metadata, OpenOptions, Permissions};
use std::io::{self, Read};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{
    FileExt, FileTypeExt, MetadataExt, OpenOptionsExt, PermissionsExt, symlink,
};
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use libloading::Library;
#[cfg(not(target_os = "linux"))]
use libloading::os::unix::RTLD_LAZY;
use libloading::os::unix::{Library as System, RTLD_LOCAL, RTLD_NOW};

use crate::host::platform::file_numbers::FileNumbers;

/// Calls a function when the process ends normally: by `exit`, or by the end of
/// `main`.
pub(crate) fn at_exit(run: extern "C" fn()) {
    // SAFETY: any function may be registered. If this crate is in a shared
    // library that is unloaded, the C library calls it then.
    // Without room for it, nothing is called.
    let _ = unsafe { libc::atexit(run) };
}

/// Returns what the system knows of a file or directory, without its content.
#[cfg(any(feature = "hot-library", feature = "watch"))]
pub(crate) fn look(path: &Path) -> io::Result<(Metadata, FileNumbers)> {
    let metadata = path.metadata()?;
    let numbers = numbers(&metadata);
    Ok((metadata, numbers))
}

/// Returns the numbers of an open file.
pub(crate) fn file_numbers(_: &File, metadata: &Metadata) -> FileNumbers {
    numbers(metadata)
}

fn numbers(metadata: &Metadata) -> FileNumbers {
    FileNumbers {
        file: (metadata.dev(), metadata.ino()),
        changed: (metadata.ctime(), metadata.ctime_nsec()),
    }
}

/// Returns `true` if a library that is mapped from a path has that name.
pub(crate) fn is_named(mapped: &Path, name: &OsStr) -> bool {
    mapped.ends_with(name)
}

/// The dynamic linker itself says which library it does not find.
pub(crate) fn is_missing(_: &OsStr) -> bool {
    false
}

/// No writer is in the way of an open.
pub(crate) fn is_of_writer(_: &io::Error) -> bool {
    false
}

/// Lets an open return at once if the file is a pipe that nobody writes to.
pub(crate) fn never_wait(options: &mut OpenOptions) {
    options.custom_flags(libc::O_NONBLOCK);
}

/// Reads at an offset, by one system call.
pub(crate) fn read_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    file.read_at(buffer, at)
}

/// The kind of a file that is neither a regular file nor a directory.
pub(crate) fn special_file(kind: FileType) -> Option<&'static str> {
    if kind.is_fifo() {
        Some("a named pipe")
    } else if kind.is_socket() {
        Some("a socket")
    } else if kind.is_block_device() || kind.is_char_device() {
        Some("a device")
    } else {
        None
    }
}

/// Returns stdout under another number, which children do not inherit.
pub(crate) fn another_stdout() -> io::Result<File> {
    Ok(io::stdout().as_fd().try_clone_to_owned()?.into())
}

/// Only the owner may enter a directory that is created by this builder.
pub(crate) fn enter_by_owner_only(builder: &mut tempfile::Builder<'_, '_>) {
    builder.permissions(Permissions::from_mode(0o700));
}

/// Returns `true` if the user who runs this process owns the file.
pub(crate) fn is_of_this_user(metadata: &Metadata) -> bool {
    metadata.uid() == rustix::process::geteuid().as_raw()
}

/// Returns `true` if anyone may write the file.
pub(crate) fn is_world_writable(metadata: &Metadata) -> bool {
    metadata.mode() & 0o002 != 0
}

/// Returns `true` if somebody other than the owner, who is this user or root, may
/// write the file, or the files of others in the directory.
#[cfg(feature = "trust")]
pub(crate) fn may_others_write(metadata: &Metadata) -> bool {
    let is_sticky_directory = metadata.is_dir() && is_sticky(metadata);
    let is_open = metadata.mode() & 0o022 != 0 && !is_sticky_directory;
    is_open || !(metadata.uid() == 0 || is_of_this_user(metadata))
}

/// Returns `true` if nobody may replace the files of others in this directory.
pub(crate) fn is_sticky(metadata: &Metadata) -> bool {
    metadata.mode() & 0o1000 != 0
}

/// Returns `true` if an entry of a sticky directory belongs to somebody whom
/// the user trusts anyway: root, the owner of the directory, or the user.
pub(crate) fn is_trusted_in_sticky(entry: &Metadata, directory: &Metadata) -> bool {
    entry.uid() == 0 || entry.uid() == directory.uid() || is_of_this_user(entry)
}

/// A name that a file has as bytes.
pub(crate) fn os_string(bytes: &[u8]) -> OsString {
    OsStr::from_bytes(bytes).to_owned()
}

/// A path as bytes for a plugin.
pub(crate) fn path_bytes(path: &Path) -> &[u8] {
    path.as_os_str().as_bytes()
}

/// Maps a library. Its symbols stay its own. All symbols that it needs are
/// resolved now, so a missing one is an error here.
///
/// # Safety
///
/// The constructors and destructors of the library may run.
pub(crate) unsafe fn map(path: &Path) -> Result<Library, libloading::Error> {
    // SAFETY: the contract of this function.
    unsafe { System::open(Some(path), RTLD_NOW | RTLD_LOCAL) }.map(Library::from)
}

/// Creates a link to a file.
pub(crate) fn link(target: &Path, link: &Path) -> io::Result<()> {
    symlink(target, link)
}

/// Keeps the library of a path mapped for good, if it is mapped.
pub(crate) fn keep(path: &Path) {
    let flags = RTLD_NOW | libc::RTLD_NOLOAD | libc::RTLD_NODELETE;
    // SAFETY: opens nothing that is not open; constructors do not run again.
    let _ = unsafe { System::open(Some(path), flags) };
}

/// Returns `true` if the library of a path is mapped, also if the linker cannot
/// tell because the file is gone.
#[cfg(not(target_os = "linux"))]
pub(super) fn is_mapped(path: &Path) -> bool {
    // SAFETY: opens nothing that is not open; constructors do not run again.
    let found = unsafe { System::open(Some(path), RTLD_LAZY | libc::RTLD_NOLOAD) };
    found.is_ok() || !path.exists()
}

/// The file of the library that contains an address.
pub(crate) fn file_at(address: *const c_void) -> Option<PathBuf> {
    let mut info = MaybeUninit::<libc::Dl_info>::zeroed();
    // SAFETY: any address may be asked for, and the answer goes to `info`.
    if unsafe { libc::dladdr(address, info.as_mut_ptr()) } == 0 {
        return None;
    }
    // SAFETY: all zero is a valid `Dl_info`, and `dladdr` filled it.
    let name = unsafe { info.assume_init() }.dli_fname;
    if name.is_null() {
        return None;
    }
    // SAFETY: the name is a C string that lives as long as the library.
    let name = unsafe { CStr::from_ptr(name) };
    Some(PathBuf::from(OsStr::from_bytes(name.to_bytes())))
}

/// The signal that ended a process.
pub(crate) fn killed_by(status: ExitStatus) -> Option<String> {
    let signal = status.signal()?;
    Some(match signal {
        libc::SIGSEGV => "SIGSEGV (a wild pointer, or a stack overflow)".to_owned(),
        libc::SIGBUS => "SIGBUS (memory that does not exist, as in a damaged file)".to_owned(),
        libc::SIGABRT => "SIGABRT (it aborted)".to_owned(),
        libc::SIGILL => "SIGILL (an illegal instruction)".to_owned(),
        libc::SIGFPE => "SIGFPE (a division by zero)".to_owned(),
        libc::SIGTRAP => "SIGTRAP".to_owned(),
        libc::SIGINT => "SIGINT (somebody interrupted it)".to_owned(),
        libc::SIGHUP => "SIGHUP".to_owned(),
        libc::SIGQUIT => "SIGQUIT".to_owned(),
        libc::SIGKILL => "SIGKILL".to_owned(),
        libc::SIGTERM => "SIGTERM".to_owned(),
        libc::SIGSYS => "SIGSYS".to_owned(),
        signal => format!("signal {signal}"),
    })
}

/// Returns `true` if a process was ended by a signal that is sent from outside: by
/// a terminal, a supervisor or a user.
pub(crate) fn is_interrupted(status: ExitStatus) -> bool {
    let outside = [libc::SIGINT, libc::SIGTERM, libc::SIGHUP, libc::SIGQUIT];
    status.signal().is_some_and(|signal| outside.contains(&signal))
}

/// Returns `true` if there is no such child to wait for any more.
pub(crate) fn is_no_child(error: &io::Error) -> bool {
    error.raw_os_error() == Some(libc::ECHILD)
}

/// The reading end of a child's output. A socket can be read for a limited time
/// without a thread.
pub(crate) struct ChildPipe(UnixStream);

impl ChildPipe {
    /// The output for a child, and the end that reads it.
    pub(crate) fn new() -> io::Result<(Stdio, Self)> {
        let (ours, theirs) = UnixStream::pair()?;
        Ok((Stdio::from(OwnedFd::from(theirs)), ChildPipe(ours)))
    }

    /// Reads what comes within that time; nothing at the end of the output.
    pub(crate) fn read(&mut self, within: Duration) -> io::Result<Vec<u8>> {
        self.0.set_read_timeout(Some(within))?;
        let mut bytes = vec![0; 4096];
        let len = self.0.read(&mut bytes)?;
        bytes.truncate(len);
        Ok(bytes)
    }
}
