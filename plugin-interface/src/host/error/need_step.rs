//! The way from a plugin to the service that it lacks, by way of other plugins.

use core::fmt;
use std::path::{Path, PathBuf};

/// A plugin that needs a service, and the plugin that would provide it.
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use plugin_interface::{Greeter, LoadError, PluginManager};
///
/// let mut manager = PluginManager::new();
/// let _greeters = manager.load::<dyn Greeter>("plugins")?;
/// for rejected in manager.rejected() {
///     if let LoadError::ServiceCycle { way, .. } = &rejected.error {
///         let plugins: Vec<_> = way.iter().map(|step| &*step.plugin).collect();
///         println!("a cycle: {}", plugins.join(", "));
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NeedStep {
    /// The name of the plugin.
    pub plugin: String,
    /// The full path of the interface of the service that it needs.
    pub interface: String,
    /// Its version in the plugin.
    pub version: String,
    /// The name of the plugin that provides the service.
    pub provider: String,
    /// The library of that plugin.
    pub provider_path: PathBuf,
}

/// The steps in one sentence.
pub(super) struct Way<'a> {
    pub(super) path: &'a Path,
    pub(super) steps: &'a [NeedStep],
}

impl fmt::Display for Way<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, step) in self.steps.iter().enumerate() {
            match i {
                0 => write!(f, "{} needs", step.plugin)?,
                _ => f.write_str(", which needs")?,
            }
            let NeedStep { interface, version, provider, provider_path, .. } = step;
            write!(f, " the service {interface} (version {version}) of {provider}")?;
            // The message has named the library itself.
            if provider_path != self.path {
                write!(f, " in {}", provider_path.display())?;
            }
        }
        Ok(())
    }
}
