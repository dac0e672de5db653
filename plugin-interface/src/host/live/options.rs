//! The options of a `Live`.

use std::sync::Arc;
use std::time::Duration;

use crate::host::load::policy::LoadPolicy;
use crate::host::load::probe::Probe;
use crate::host::services::offers::Offers;
#[cfg(feature = "tasks")]
use crate::host::tasks::Executor;
use crate::{Serves, Service};

/// The options to open a [`Live`](super::Live) with.
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
    pub(super) offers: Arc<Offers>,
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
            offers: Arc::default(),
            #[cfg(feature = "watch")]
            polling: None,
        }
    }
}

impl LiveOptions {
    /// Returns the defaults: the default policy, no probe, the only
    /// registration of the interface, and a deadline of ten seconds.
    pub fn new() -> Self {
        Self::default()
    }

    /// Refuses the libraries that `policy` refuses.
    pub fn policy(self, policy: LoadPolicy) -> Self {
        LiveOptions { policy, ..self }
    }

    /// Tries each version in a child process before it is opened.
    pub fn probe(self, probe: Probe) -> Self {
        LiveOptions { probe: Some(probe), ..self }
    }

    /// Uses the registration of that name: the name of the type, or the one in
    /// `name = ".."`. Without it, a library with several registrations of the
    /// interface is refused.
    pub fn registration(self, name: impl Into<String>) -> Self {
        LiveOptions { registration: Some(name.into()), ..self }
    }

    /// Reports the holders of a version that is still in use this long after it
    /// was replaced, as [`LiveEvent::StillUsed`](super::LiveEvent::StillUsed).
    pub fn deadline(self, deadline: Duration) -> Self {
        LiveOptions { deadline, ..self }
    }

    /// Offers a service to each version, as
    /// [`PluginManager::provide`](crate::PluginManager::provide) does.
    pub fn provide<I: Service + ?Sized>(self, service: Arc<impl Serves<I> + ?Sized>) -> Self {
        // Other options that were cloned from these do not offer it.
        let offers = Offers::clone(&self.offers);
        offers.add::<I>(service);
        LiveOptions { offers: Arc::new(offers), ..self }
    }

    /// Runs the tasks of the plugins, as
    /// [`PluginManager::provide_executor`](crate::PluginManager::provide_executor)
    /// does. Set the policy before, which has this too.
    ///
    /// Feature `tasks`.
    #[cfg(feature = "tasks")]
    pub fn provide_executor(self, executor: Arc<dyn Executor>) -> Self {
        LiveOptions { policy: self.policy.executor(executor), ..self }
    }

    /// Offers the services of a manager.
    #[cfg(feature = "watch")]
    pub(crate) fn offers(self, offers: &Arc<Offers>) -> Self {
        LiveOptions { offers: Arc::clone(offers), ..self }
    }

    /// Watches without the events of the system: compares the file with its
    /// last state every `interval`. Meant for file systems without events, such
    /// as network file systems.
    ///
    /// Feature `watch`.
    #[cfg(feature = "watch")]
    pub fn polling(self, interval: Duration) -> Self {
        LiveOptions { polling: Some(interval.max(Duration::from_millis(1))), ..self }
    }
}
