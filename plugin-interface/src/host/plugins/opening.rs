//! Opening `Plugins`: what the directories and the options say.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::handle::Plugins;
use super::options::PluginsOptions;
use super::serve::Served;
use super::table::Table;
#[cfg(feature = "configure")]
use crate::host::configuration::Configuration;
use crate::host::error::LoadError;
use crate::host::live::LiveInterface;
use crate::host::load::disabled::DisabledPackages;
use crate::host::load::layers::Layers;
use crate::host::manager::retry::Asked;

impl PluginsOptions {
    /// Loads the plugins in `directory`, and watches it. See [`Plugins::open`].
    ///
    /// # Errors
    ///
    /// As for [`Plugins::open`].
    pub fn open<I: LiveInterface + ?Sized>(
        self,
        directory: impl AsRef<Path>,
    ) -> Result<Plugins<I>, LoadError> {
        self.open_all([directory])
    }

    /// Loads the plugins in several directories, and watches them. Each has precedence
    /// over those before it. See [`Plugins::open_all`].
    ///
    /// # Errors
    ///
    /// As for [`Plugins::open_all`].
    ///
    /// ```no_run
    /// use plugin_interface::{Greeter, LoadPolicy, PluginsOptions};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let policy = LoadPolicy::new().data_root("data/plugins");
    /// let directories = ["/usr/lib/app/plugins", "/opt/app/of-this-user"];
    /// let plugins = PluginsOptions::new().policy(policy).open_all::<dyn Greeter>(directories)?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn open_all<I: LiveInterface + ?Sized>(
        self,
        directories: impl IntoIterator<Item: AsRef<Path>>,
    ) -> Result<Plugins<I>, LoadError> {
        const {
            assert!(
                I::SHAREABLE,
                "the interface of `Plugins` has no method that takes `&mut self`: its plugins are called by several threads at once"
            );
        }
        let layers = Layers::new(directories.into_iter().map(|it| absolute(it.as_ref())));
        #[cfg(feature = "configure")]
        let reads_configuration = self.policy.configured().is_none();
        let options = self.configured_in(&layers)?;
        let table = Arc::new(Table::new(layers.clone(), options.order()));
        let (disabled, asked): (Arc<DisabledPackages>, _) = (Arc::default(), Asked::default());
        for (package, reason) in &options.disabled {
            disabled.disable(package, reason);
        }
        let (offers, ask) = (Arc::clone(&options.offers), asked.handle());
        let switch = (Arc::clone(&disabled), asked);
        let served = Served::start(
            &layers,
            &table,
            options,
            switch,
            #[cfg(feature = "configure")]
            reads_configuration,
        )?;
        let (layers, served) = (Arc::new(layers), Arc::new(served));
        Ok(Plugins { table, layers, offers, disabled, ask, served })
    }

    /// Reads the configuration in the directories, unless the policy has one.
    #[cfg(feature = "configure")]
    fn configured_in(self, layers: &Layers) -> Result<Self, LoadError> {
        let path = layers.configuration();
        if self.policy.configured().is_some() || path.symlink_metadata().is_err() {
            return Ok(self);
        }
        let configuration = Configuration::read(&path).map_err(LoadError::Configuration)?;
        Ok(PluginsOptions { policy: self.policy.configuration(configuration), ..self })
    }

    #[cfg(not(feature = "configure"))]
    #[expect(clippy::unnecessary_wraps, reason = "as with the feature")]
    fn configured_in(self, _: &Layers) -> Result<Self, LoadError> {
        Ok(self)
    }

    /// Returns the packages that come first.
    fn order(&self) -> Vec<String> {
        #[cfg(feature = "configure")]
        if let Some(configuration) = self.policy.configured() {
            return configuration.order().map(str::to_owned).collect();
        }
        Vec::new()
    }
}

/// Returns what a path means now: a relative one in the directory that is current.
fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}
