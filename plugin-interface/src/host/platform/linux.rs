//! Linux: leases, holes, fences on all threads, signals, and the death of a
//! parent.
#![expect(unsafe_code, reason = "asks for a lease, and for handlers of signals")]

use core::ffi::c_int;
use core::mem::MaybeUninit;
use std::fs::{File, Metadata};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::MetadataExt;

use rustix::fs::SeekFrom;
use rustix::io::Errno;
use rustix::process::Signal;
use rustix::thread::MembarrierCommand;

/// Chooses the signal of a lease (`linux/fcntl.h`); `libc` lacks it.
const F_SETSIG: c_int = 10;

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

fn control(file: &File, command: c_int, argument: c_int) -> io::Result<c_int> {
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

/// Lets a command inherit no open files, whatever their flags are, but stdin, stdout
/// and stderr.
#[cfg(feature = "sandbox")]
pub(crate) fn inherit_no_files(command: &mut std::process::Command) {
    use std::os::unix::process::CommandExt;
    let close_at_exec = || {
        let first = libc::STDERR_FILENO + 1;
        // SAFETY: it closes nothing in this process, which is the one that runs the
        // program next and has no other threads. It is one system call, so it may run
        // between fork and exec.
        let code =
            unsafe { libc::syscall(libc::SYS_close_range, first, -1, libc::CLOSE_RANGE_CLOEXEC) };
        if code == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
    };
    // SAFETY: the function does nothing but that call, and does not allocate.
    unsafe { command.pre_exec(close_at_exec) };
}

/// The signals that this process handles, each with the address of its handler.
pub(crate) fn caught_signals() -> impl Iterator<Item = (c_int, usize)> {
    (1..=libc::SIGRTMAX()).filter_map(|signal| {
        let mut action = MaybeUninit::<libc::sigaction>::uninit();
        // SAFETY: a null action changes nothing, and the answer goes to ours.
        let code = unsafe { libc::sigaction(signal, core::ptr::null(), action.as_mut_ptr()) };
        if code != 0 {
            // The C library keeps some signals to itself.
            return None;
        }
        // SAFETY: the call succeeded, so it has written the action.
        let handler = unsafe { action.assume_init_ref() }.sa_sigaction;
        (handler != libc::SIG_DFL && handler != libc::SIG_IGN).then_some((signal, handler))
    })
}

/// Returns the name of a thread of this process. A thread begins with that of
/// the one that started it. The kernel cuts a name after 15 bytes, so that its last
/// character may be in pieces.
pub(crate) fn thread_name(thread: i32) -> Option<String> {
    let name = std::fs::read(format!("/proc/self/task/{thread}/comm")).ok()?;
    Some(String::from_utf8_lossy(&name).trim_end().to_owned())
}

/// Returns the version of the GNU C library, such as `2.36`.
pub(crate) fn c_library() -> Option<String> {
    #[cfg(target_env = "gnu")]
    {
        // SAFETY: the function takes nothing, and its text is a constant.
        let version = unsafe { core::ffi::CStr::from_ptr(libc::gnu_get_libc_version()) };
        version.to_str().ok().map(str::to_owned)
    }
    #[cfg(not(target_env = "gnu"))]
    {
        None
    }
}

/// Returns the name of a signal.
pub(crate) fn signal_name(signal: c_int) -> String {
    const NAMES: [&str; 31] = [
        "SIGHUP",
        "SIGINT",
        "SIGQUIT",
        "SIGILL",
        "SIGTRAP",
        "SIGABRT",
        "SIGBUS",
        "SIGFPE",
        "SIGKILL",
        "SIGUSR1",
        "SIGSEGV",
        "SIGUSR2",
        "SIGPIPE",
        "SIGALRM",
        "SIGTERM",
        "SIGSTKFLT",
        "SIGCHLD",
        "SIGCONT",
        "SIGSTOP",
        "SIGTSTP",
        "SIGTTIN",
        "SIGTTOU",
        "SIGURG",
        "SIGXCPU",
        "SIGXFSZ",
        "SIGVTALRM",
        "SIGPROF",
        "SIGWINCH",
        "SIGIO",
        "SIGPWR",
        "SIGSYS",
    ];
    let index = usize::try_from(signal).unwrap_or_default().wrapping_sub(1);
    NAMES.get(index).map_or_else(|| format!("signal {signal}"), |name| (*name).to_owned())
}

/// Kills this process when the thread that started it ends.
pub(crate) fn end_with_parent() {
    // Nothing else can be done if it is refused.
    let _ = rustix::process::set_parent_process_death_signal(Some(Signal::KILL));
}
