//! What only the C library of Windows can do.
#![expect(unsafe_code, reason = "calls the C library")]

use std::io;

/// Makes stdout another name of stderr: for the C library, and with that for the
/// system, which Rust asks at each line.
pub(crate) fn give_stderr_as_stdout() -> io::Result<()> {
    // SAFETY: these are numbers, of which the C library knows which are open. Nothing
    // in this program owns number 1: Rust asks the system at each use.
    match unsafe { libc::dup2(2, 1) } {
        -1 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}
