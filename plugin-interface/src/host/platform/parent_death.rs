//! A child process that does not outlive the one that started it.
#![expect(unsafe_code, reason = "asks the system for a signal")]

/// From here on this process is killed when the thread that started it ends:
/// for a child in which plugins run, that may hang when nobody is left to end
/// them. [`Probe::serve`](crate::Probe::serve) calls it.
///
/// # Platform-specific behaviour
///
/// On systems other than Linux it does nothing.
///
/// ```
/// plugin_interface::end_with_parent();
/// ```
pub fn end_with_parent() {
    #[cfg(target_os = "linux")]
    // SAFETY: takes a number, and touches no memory of ours.
    unsafe {
        libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
    }
}
