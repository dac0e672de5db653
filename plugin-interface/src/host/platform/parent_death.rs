//! A child process that does not outlive the one that started it.
#![expect(unsafe_code, reason = "asks the system for a signal")]

/// Kills this process when the thread that started it ends: for a child that
/// runs plugins, which may hang when nobody is left to end it.
/// [`Probe::serve`](crate::Probe::serve) calls this.
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
