//! Descriptions of how a process ended.

use std::process::ExitStatus;

/// Describes how a process ended: by which signal, or with which code.
///
/// ```
/// # #[cfg(unix)]
/// # fn main() {
/// use std::os::unix::process::ExitStatusExt;
/// let killed = std::process::ExitStatus::from_raw(11);
/// assert!(plugin_interface::describe_exit(killed).contains("SIGSEGV"));
/// # }
/// # #[cfg(not(unix))]
/// # fn main() {}
/// ```
pub fn describe_exit(status: ExitStatus) -> String {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return match signal_name(signal) {
            Some(name) => format!("the process was killed by {name}"),
            None => format!("the process was killed by signal {signal}"),
        };
    }
    match status.code() {
        Some(code) => format!("the process ended itself with exit code {code}"),
        None => "the process ended".to_owned(),
    }
}

#[cfg(unix)]
fn signal_name(signal: i32) -> Option<&'static str> {
    Some(match signal {
        libc::SIGSEGV => "SIGSEGV (a wild pointer, or an overflown stack)",
        libc::SIGBUS => "SIGBUS (memory that is not there, as of a damaged file)",
        libc::SIGABRT => "SIGABRT (it aborted)",
        libc::SIGILL => "SIGILL (an illegal instruction)",
        libc::SIGFPE => "SIGFPE (a division by zero)",
        libc::SIGTRAP => "SIGTRAP",
        libc::SIGKILL => "SIGKILL",
        libc::SIGTERM => "SIGTERM",
        libc::SIGSYS => "SIGSYS",
        _ => return None,
    })
}
