//! How a `Live` is to be loaded.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::error::ReloadError;
use super::shared::Shared;
use super::{Live, LiveInterface};
use crate::host::load::policy::LoadPolicy;
use crate::host::load::probe::Probe;
use crate::host::load::timings::Stopwatch;

/// What a [`Live`] is opened with, where the defaults do not fit.
///
/// ```no_run
/// use plugin_interface::{Greeter, LiveOptions, LoadPolicy};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let live = LiveOptions::new()
///     .policy(LoadPolicy::new().deny("greeter-of-last-year"))
///     .registration("English")
///     .open::<dyn Greeter>("plugins/libgreeter.so")?;
/// println!("{}", live.get().greet("world"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct LiveOptions {
    pub(super) policy: LoadPolicy,
    pub(super) probe: Option<Probe>,
    pub(super) registration: Option<String>,
    pub(super) deadline: Duration,
    #[cfg(feature = "watch")]
    pub(super) polling: Option<Duration>,
}

impl Default for LiveOptions {
    fn default() -> Self {
        LiveOptions {
            policy: LoadPolicy::new(),
            probe: None,
            registration: None,
            deadline: Duration::from_secs(10),
            #[cfg(feature = "watch")]
            polling: None,
        }
    }
}

impl LiveOptions {
    /// The default policy, no probe, the only registration of the interface,
    /// and a deadline of ten seconds.
    pub fn new() -> Self {
        Self::default()
    }

    /// Refuses what `policy` does.
    pub fn policy(self, policy: LoadPolicy) -> Self {
        LiveOptions { policy, ..self }
    }

    /// Tries each version in a child process before it is opened.
    pub fn probe(self, probe: Probe) -> Self {
        LiveOptions { probe: Some(probe), ..self }
    }

    /// Uses the registration of that name: the type's, or `name = ".."`.
    /// Without, a library that has several of the interface is refused.
    pub fn registration(self, name: impl Into<String>) -> Self {
        LiveOptions { registration: Some(name.into()), ..self }
    }

    /// Reports who still has a version, by
    /// [`LiveEvent::StillUsed`](super::LiveEvent::StillUsed), when it has been
    /// replaced for so long.
    pub fn deadline(self, deadline: Duration) -> Self {
        LiveOptions { deadline, ..self }
    }

    /// Watches without the events of the system: the file is compared with what
    /// it was, every `interval`. For file systems that tell of no events, such
    /// as those of other machines.
    #[cfg(feature = "watch")]
    pub fn polling(self, interval: Duration) -> Self {
        LiveOptions { polling: Some(interval.max(Duration::from_millis(1))), ..self }
    }

    /// Loads the first version.
    ///
    /// # Errors
    ///
    /// If it cannot be loaded.
    pub fn open<I: LiveInterface + ?Sized>(
        self,
        path: impl AsRef<Path>,
    ) -> Result<Live<I>, ReloadError> {
        let shared = Shared::open(path.as_ref(), self, Stopwatch::start())?;
        Ok(Live(Arc::new(shared)))
    }

    /// Loads the first version, and replaces it whenever its file changes: see
    /// [`Live::watch`].
    ///
    /// # Errors
    ///
    /// If it cannot be loaded, or the system gives no thread.
    ///
    /// ```no_run
    /// use std::time::Duration;
    /// use plugin_interface::{Greeter, LiveOptions};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let options = LiveOptions::new().polling(Duration::from_secs(1));
    /// let live = options.watch::<dyn Greeter>("/net/plugins/libgreeter.so")?;
    /// println!("{}", live.get().greet("world"));
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "watch")]
    pub fn watch<I: LiveInterface + ?Sized>(
        self,
        path: impl AsRef<Path>,
    ) -> Result<Live<I>, ReloadError> {
        super::watch::watch(path.as_ref(), self)
    }
}
