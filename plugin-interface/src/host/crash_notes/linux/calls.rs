//! What a handler of a signal may ask of the system.
#![expect(unsafe_code, reason = "calls the C library")]

use core::ffi::c_int;
use core::mem::MaybeUninit;
use core::ptr;

/// The signals of which a process dies by a fault of its own.
pub(super) const SIGNALS: [(c_int, &str); 7] = [
    (libc::SIGABRT, "SIGABRT"),
    (libc::SIGBUS, "SIGBUS"),
    (libc::SIGFPE, "SIGFPE"),
    (libc::SIGILL, "SIGILL"),
    (libc::SIGSEGV, "SIGSEGV"),
    (libc::SIGSYS, "SIGSYS"),
    (libc::SIGTRAP, "SIGTRAP"),
];

/// What happened, for a note.
pub(super) fn name(signal: c_int) -> &'static str {
    let found = SIGNALS.iter().find(|(number, _)| *number == signal);
    found.map_or("exit", |(_, name)| name)
}

/// Returns the number of this thread. Async-signal-safe.
pub(super) fn this_thread() -> i32 {
    rustix::thread::gettid().as_raw_nonzero().get()
}

/// Sleeps for a millisecond. Async-signal-safe.
pub(super) fn sleep() {
    let time = libc::timespec { tv_sec: 0, tv_nsec: 1_000_000 };
    // SAFETY: reads a time, and writes none.
    unsafe { libc::nanosleep(&time, ptr::null_mut()) };
}

/// Writes to stderr whatever its lock. Async-signal-safe.
pub(super) fn write_to_stderr(mut bytes: &[u8]) {
    while !bytes.is_empty() {
        // SAFETY: reads these bytes.
        let written =
            unsafe { libc::write(libc::STDERR_FILENO, bytes.as_ptr().cast(), bytes.len()) };
        match usize::try_from(written) {
            Ok(written @ 1..) => bytes = &bytes[written..],
            _ => return,
        }
    }
}

/// Does something while this thread has all signals blocked, as a thread has that
/// is started meanwhile.
pub(super) fn blocked<T>(act: impl FnOnce() -> T) -> T {
    let (mut all, mut before) = (MaybeUninit::uninit(), MaybeUninit::uninit());
    // SAFETY: fills the first set, then writes the second.
    unsafe {
        libc::sigfillset(all.as_mut_ptr());
        for signal in [libc::SIGSEGV, libc::SIGBUS] {
            libc::sigdelset(all.as_mut_ptr(), signal);
        }
        libc::pthread_sigmask(libc::SIG_SETMASK, all.as_ptr(), before.as_mut_ptr());
    }
    let value = act();
    // SAFETY: the set was written above.
    unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, before.as_ptr(), ptr::null_mut()) };
    value
}
