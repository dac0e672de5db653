//! The options of `Plugins`.

use std::time::Duration;

use crate::host::load::policy::LoadPolicy;
use crate::host::load::probe::Probe;

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
    pub(super) polling: Option<Duration>,
}

impl PluginsOptions {
    /// Returns the defaults: the default policy, and no probe.
    pub fn new() -> Self {
        Self::default()
    }

    /// Refuses the libraries that `policy` refuses. Its configuration configures
    /// the plugins.
    pub fn policy(self, policy: LoadPolicy) -> Self {
        PluginsOptions { policy, ..self }
    }

    /// Tries each version in a child process before it is opened.
    pub fn probe(self, probe: Probe) -> Self {
        PluginsOptions { probe: Some(probe), ..self }
    }

    /// Watches without the events of the system: compares the files with their
    /// last state every `interval`.
    pub fn polling(self, interval: Duration) -> Self {
        PluginsOptions { polling: Some(interval), ..self }
    }
}
