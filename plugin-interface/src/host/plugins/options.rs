//! The options of `Plugins`.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::host::error::LoadError;
use crate::host::load::discover::Candidate;
use crate::host::load::pipeline::Loader;
use crate::host::load::plugins::Plugins as Asked;
use crate::host::load::policy::LoadPolicy;
use crate::host::load::probe::Probe;
use crate::host::services::offers::Offers;
#[cfg(feature = "tasks")]
use crate::host::tasks::Executor;
use crate::interface::{Interface, PluginTrait};
use crate::metadata::PluginMetadata;
use crate::{Serves, Service};

/// The options to open [`Plugins`](super::Plugins) with.
///
/// ```no_run
/// use plugin_interface::{Greeter, LoadPolicy, PluginsOptions};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let policy = LoadPolicy::new().data_root("data/plugins");
/// let plugins = PluginsOptions::new().policy(policy).open::<dyn Greeter>("plugins")?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct PluginsOptions {
    pub(super) policy: LoadPolicy,
    pub(super) probe: Option<Probe>,
    pub(super) offers: Arc<Offers>,
    pub(super) polling: Option<Duration>,
    pub(super) disabled: BTreeMap<String, String>,
}

impl PluginsOptions {
    /// Returns the defaults: the default policy, no probe and no services.
    pub fn new() -> Self {
        Self::default()
    }

    /// Refuses the libraries that `policy` refuses. Its configuration configures
    /// the plugins, and the `plugins.toml` of the directory is not read.
    pub fn policy(self, policy: LoadPolicy) -> Self {
        PluginsOptions { policy, ..self }
    }

    /// Tries each version in a child process before it is opened.
    pub fn probe(self, probe: Probe) -> Self {
        PluginsOptions { probe: Some(probe), ..self }
    }

    /// Disables the plugins of a package from the start, for that reason. See
    /// [`Plugins::disable`](super::Plugins::disable).
    ///
    /// ```no_run
    /// use plugin_interface::{Greeter, PluginsOptions};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let options = PluginsOptions::new().disable("spell-check", "you switched it off");
    /// let plugins = options.open::<dyn Greeter>("plugins")?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn disable(mut self, package: impl Into<String>, reason: impl Into<String>) -> Self {
        self.disabled.insert(package.into(), reason.into());
        self
    }

    /// Offers a service to each plugin, as
    /// [`PluginManager::provide`](crate::PluginManager::provide) does.
    pub fn provide<I: Service + ?Sized>(self, service: Arc<impl Serves<I> + ?Sized>) -> Self {
        // Other options that were cloned from these do not offer it.
        let offers = Offers::clone(&self.offers);
        offers.add::<I>(service);
        PluginsOptions { offers: Arc::new(offers), ..self }
    }

    /// Runs the tasks of the plugins, as
    /// [`PluginManager::provide_executor`](crate::PluginManager::provide_executor)
    /// does. Set the policy before, which has this too.
    ///
    /// Feature `tasks`.
    #[cfg(feature = "tasks")]
    pub fn provide_executor(self, executor: Arc<dyn Executor>) -> Self {
        PluginsOptions { policy: self.policy.executor(executor), ..self }
    }

    /// Watches without the events of the system: compares the files with their
    /// last state every `interval`.
    pub fn polling(self, interval: Duration) -> Self {
        PluginsOptions { polling: Some(interval), ..self }
    }

    /// Returns the metadata of a library that would be loaded for `I`, and runs
    /// none of its code. See [`Plugins::fits`](super::Plugins::fits).
    ///
    /// # Errors
    ///
    /// As for [`Plugins::fits`](super::Plugins::fits).
    pub fn fits<I: Interface + ?Sized>(
        &self,
        path: impl AsRef<Path>,
    ) -> Result<PluginMetadata, LoadError> {
        let candidate = Candidate::named(path.as_ref()).patient(Duration::ZERO);
        let mut asked = Asked::of(Some(PluginTrait::of::<I>())).offering(&self.offers);
        match Loader::new(self.policy.clone(), None).examine(&candidate, &mut asked)? {
            Some(metadata) => Ok(metadata),
            None => unreachable!("nothing was read before that the content could equal"),
        }
    }
}
