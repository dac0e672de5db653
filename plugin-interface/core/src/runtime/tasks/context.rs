//! The tasks of a plugin, in the context of its constructor.
#![expect(unsafe_code, reason = "takes what the host lends")]

use core::fmt;
use core::time::Duration;

use crate::runtime::context::PluginContext;
use crate::runtime::tasks::handle::{Tasks, here};
use crate::runtime::tasks::host::HostTasks;
use crate::runtime::tasks::join::JoinHandle;
use crate::runtime::tasks::time::{Interval, Sleep};

/// The error of a plugin that has tasks, in a host that runs none.
///
/// ```
/// use plugin_interface::PluginContext;
///
/// let error = PluginContext::empty().tasks().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "this host runs no tasks of plugins; in the host, enable the feature `tasks` of \
///      `plugin-interface` and write `manager.provide_executor(Arc::new(ThreadPool::new(2)))`",
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NoExecutor;

impl fmt::Display for NoExecutor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "this host runs no tasks of plugins; in the host, enable the feature `tasks` of \
             `plugin-interface` and write \
             `manager.provide_executor(Arc::new(ThreadPool::new(2)))`",
        )
    }
}

impl core::error::Error for NoExecutor {}

/// Feature `tasks`.
impl PluginContext<'_> {
    /// Returns what runs the tasks of this plugin, to store it and to spawn later.
    ///
    /// # Errors
    ///
    /// If the host has no executor for plugins; so do all below.
    pub fn tasks(&self) -> Result<Tasks, NoExecutor> {
        // SAFETY: the host lends it for as long as the context lives; an older host
        // has none, and then it is null.
        unsafe { HostTasks::of(self.raw.tasks) }.map(Tasks).ok_or(NoExecutor)
    }

    /// Runs a future to its end, or until the plugin is destroyed. See [`Tasks`].
    #[track_caller]
    pub fn spawn<F>(&self, future: F) -> Result<JoinHandle<F::Output>, NoExecutor>
    where
        F: Future<Output: Send + 'static> + Send + 'static,
    {
        let name = here();
        Ok(self.tasks()?.spawn_named(&name, future))
    }

    /// Calls a closure that may take long or wait, as [`Tasks::spawn_blocking`].
    #[track_caller]
    pub fn spawn_blocking<R: Send + 'static>(
        &self,
        call: impl FnOnce() -> R + Send + 'static,
    ) -> Result<JoinHandle<R>, NoExecutor> {
        let name = here();
        Ok(self.tasks()?.spawn_blocking_named(&name, call))
    }

    /// Returns a future that is ready after that time, as [`Tasks::sleep`].
    pub fn sleep(&self, duration: Duration) -> Result<Sleep, NoExecutor> {
        Ok(self.tasks()?.sleep(duration))
    }

    /// Returns a clock that ticks at once and after each period.
    pub fn interval(&self, period: Duration) -> Result<Interval, NoExecutor> {
        Ok(self.tasks()?.interval(period))
    }
}
