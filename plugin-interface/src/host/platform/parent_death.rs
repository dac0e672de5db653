//! A child process that does not outlive the one that started it.

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
    super::end_with_parent();
}
