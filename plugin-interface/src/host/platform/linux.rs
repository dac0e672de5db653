//! Linux: leases, holes, fences on all threads, and the death of a parent.
#![expect(unsafe_code, reason = "asks for a lease")]

use std::fs::{File, Metadata};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::MetadataExt;

use rustix::fs::SeekFrom;
use rustix::io::Errno;
use rustix::process::Signal;
use rustix::thread::MembarrierCommand;

/// Chooses the signal of a lease (`linux/fcntl.h`); `libc` lacks it.
const F_SETSIG: libc::c_int = 10;

/// Takes a read lease of an open file: `WouldBlock` if anybody has it open for
/// writing. The system releases it when the file is closed.
pub(crate) fn take_lease(file: &File) -> io::Result<()> {
    // Breaking a lease sends a signal, whose default would end the process;
    // this one is ignored by default.
    control(file, F_SETSIG, libc::SIGURG)?;
    control(file, libc::F_SETLEASE, libc::F_RDLCK).map(drop)
}

/// Returns `true` if nobody has opened the file for writing since the lease.
pub(crate) fn has_lease(file: &File) -> bool {
    matches!(control(file, libc::F_GETLEASE, 0), Ok(libc::F_RDLCK))
}

fn control(file: &File, command: libc::c_int, argument: libc::c_int) -> io::Result<libc::c_int> {
    // SAFETY: these commands take a number and touch no memory of ours.
    match unsafe { libc::fcntl(file.as_raw_fd(), command, argument) } {
        -1 => Err(io::Error::last_os_error()),
        answer => Ok(answer),
    }
}

/// Returns `true` if the file claims to have more than it occupies.
pub(crate) fn has_holes(metadata: &Metadata) -> bool {
    metadata.blocks().saturating_mul(512) < metadata.len()
}

/// The next byte from there on that is not in a hole; `None` behind the last.
pub(crate) fn next_data(file: &File, from: u64) -> io::Result<Option<u64>> {
    seek(file, SeekFrom::Data(from))
}

/// The next hole from there on; `None` behind the end.
pub(crate) fn next_hole(file: &File, from: u64) -> io::Result<Option<u64>> {
    seek(file, SeekFrom::Hole(from))
}

fn seek(file: &File, to: SeekFrom) -> io::Result<Option<u64>> {
    match rustix::fs::seek(file, to) {
        Ok(found) => Ok(Some(found)),
        Err(Errno::NXIO) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Asks for [`fence_all_threads`]; returns `false` if the system has none.
pub(crate) fn register_fences() -> bool {
    rustix::thread::membarrier(MembarrierCommand::RegisterPrivateExpedited).is_ok()
}

/// Runs a fence on all threads of this process; returns `false` if refused.
pub(crate) fn fence_all_threads() -> bool {
    rustix::thread::membarrier(MembarrierCommand::PrivateExpedited).is_ok()
}

/// Kills this process when the thread that started it ends.
pub(crate) fn end_with_parent() {
    // Nothing else can be done if it is refused.
    let _ = rustix::process::set_parent_process_death_signal(Some(Signal::KILL));
}
