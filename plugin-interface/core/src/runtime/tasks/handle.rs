//! The tasks of a plugin, on the executor of its host.

use core::fmt;
use core::panic::Location;
use core::time::Duration;

use crate::runtime::tasks::host::HostTasks;
use crate::runtime::tasks::join::{self, JoinHandle, Outcome};
use crate::runtime::tasks::time::{Interval, Sleep};

/// Runs the tasks of a plugin on the executor of its host.
///
/// [`PluginContext::tasks`](crate::PluginContext::tasks) returns it. It can be
/// cloned, stored and used on any thread. When the plugin is destroyed, its tasks
/// are cancelled: the future of each is dropped, and the host waits until those
/// that are being polled return. What is spawned after that is cancelled at once.
///
/// A panic in a task ends this task only, and the host reports it.
///
/// Feature `tasks`.
///
/// ```standalone_crate
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicU64, Ordering};
/// use std::time::Duration;
///
/// use plugin_interface::{Greeter, NoExecutor, PluginContext, plugin_aggregates, plugin_impl};
///
/// #[plugin_aggregates(Greeter)]
/// mod plugin {}
///
/// /// Counts the seconds of its life.
/// struct Clock(Arc<AtomicU64>);
///
/// impl Clock {
///     fn open(context: &PluginContext) -> Result<Self, NoExecutor> {
///         let seconds = Arc::new(AtomicU64::new(0));
///         let (tasks, counter) = (context.tasks()?, Arc::clone(&seconds));
///         tasks.clone().spawn_named("clock", async move {
///             let mut second = tasks.interval(Duration::from_secs(1));
///             loop {
///                 second.tick().await;
///                 counter.fetch_add(1, Ordering::Relaxed);
///             }
///         });
///         Ok(Clock(seconds))
///     }
/// }
///
/// #[plugin_impl(Greeter, new = Clock::open)]
/// impl Greeter for Clock {
///     fn name(&self) -> &str {
///         "clock"
///     }
///
///     fn greet(&self, target: &str) -> String {
///         format!("{target}, you are {} s late", self.0.load(Ordering::Relaxed))
///     }
/// }
/// # fn main() {
/// # assert!(Clock::open(&PluginContext::empty()).is_err());
/// # }
/// ```
#[derive(Clone)]
pub struct Tasks(pub(super) HostTasks);

impl fmt::Debug for Tasks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tasks").finish_non_exhaustive()
    }
}

impl Tasks {
    /// Runs a future to its end. The place of this call is its name where the host
    /// reports it.
    #[track_caller]
    pub fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future<Output: Send + 'static> + Send + 'static,
    {
        self.spawn_named(&here(), future)
    }

    /// Runs a future to its end, under a name for the reports of the host.
    pub fn spawn_named<F>(&self, name: &str, future: F) -> JoinHandle<F::Output>
    where
        F: Future<Output: Send + 'static> + Send + 'static,
    {
        let outcome = Outcome::new();
        let number = self.0.spawn(name, Box::pin(join::task(outcome.clone(), future)));
        JoinHandle::new(outcome, self.0.clone(), number)
    }

    /// Calls a closure that may take long or wait, on a thread of the host for
    /// such. It cannot be cancelled once it runs: let it look now and then whether
    /// it should end.
    #[track_caller]
    pub fn spawn_blocking<R: Send + 'static>(
        &self,
        call: impl FnOnce() -> R + Send + 'static,
    ) -> JoinHandle<R> {
        self.spawn_blocking_named(&here(), call)
    }

    /// Does the same, under a name for the reports of the host.
    pub fn spawn_blocking_named<R: Send + 'static>(
        &self,
        name: &str,
        call: impl FnOnce() -> R + Send + 'static,
    ) -> JoinHandle<R> {
        let outcome = Outcome::new();
        let number = self.0.spawn_blocking(name, Box::new(join::call(outcome.clone(), call)));
        JoinHandle::new(outcome, self.0.clone(), number)
    }

    /// Returns a future that is ready after that time, which begins now.
    ///
    /// # Panics
    ///
    /// If the host's executor has no clock, as a runtime of tokio without its
    /// `time`.
    pub fn sleep(&self, duration: Duration) -> Sleep {
        Sleep::new(&self.0, duration)
    }

    /// Returns a clock that ticks at once and after each period.
    pub fn interval(&self, period: Duration) -> Interval {
        Interval::new(self.0.clone(), period)
    }
}

/// Returns the place of the call of the caller.
#[track_caller]
pub(super) fn here() -> String {
    let place = Location::caller();
    format!("{}:{}", place.file(), place.line())
}
