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
    if let Some(signal) = super::killed_by(status) {
        return format!("the process was killed by {signal}");
    }
    match status.code() {
        Some(code) => format!("the process ended itself with exit code {code}"),
        None => "the process ended".to_owned(),
    }
}
