//! The handle of all plugins of a directory, and the thread behind it.

use core::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::counts::PluginCounts;
use super::event::PluginEvent;
use super::listed::ListedPlugin;
use super::options::PluginsOptions;
use super::plugin::Plugin;
use super::serve::Served;
use super::table::Table;
use crate::host::error::{HealthError, LoadError};
use crate::host::event_queue::Events;
use crate::host::live::LiveInterface;
use crate::host::load::disabled::DisabledPackages;
use crate::host::load::layers::Layers;
use crate::host::manager::retry::RetryHandle;
use crate::host::services::offers::Offers;
use crate::host::watch::WatchError;
use crate::interface::HasProxy;
use crate::metadata::PluginMetadata;
use crate::{Serves, Service};

/// All plugins of a directory for one interface, each replaced when its file
/// changes.
///
/// `open` loads every enabled plugin of the directory. From then on, a thread of
/// this crate watches it: plugins are added, replaced and removed with their
/// files. A version that cannot be loaded changes nothing. A version that
/// replaces another one receives its [state](crate::PluginState).
///
/// A `plugins.toml` in the directory is read again when it changes: plugins are
/// enabled, disabled, and created again with their new settings. A mistake in it
/// changes nothing. Its order is that of [`all`](Self::all) from then on.
///
/// A program may have plugins in [several directories](Self::open_all): those of the
/// system, of the user and of a project.
///
/// A `Plugins` can be cloned and used by all threads. Each library has one private
/// copy, however many plugins are in it. It is closed on a thread of this crate
/// when the last [`Plugin`] of it is dropped.
///
/// ```no_run
/// use plugin_interface::{Greeter, Plugins};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let plugins = Plugins::<dyn Greeter>::open("plugins")?;
/// loop {
///     for greeter in plugins.all() {
///         println!("{}", greeter.greet("world"));
///     }
///     for error in plugins.rejected() {
///         eprintln!("{error}");
///     }
///     std::thread::sleep(std::time::Duration::from_secs(1));
/// }
/// # }
/// ```
///
/// # Which way of loading do I want?
///
/// | you want | use |
/// |---|---|
/// | all plugins of a directory, and changes while you run | `Plugins` |
/// | one plugin that is replaced while you run | [`Live`](crate::Live) |
/// | all plugins of a directory, once; or methods with `&mut self` | [`PluginManager`](crate::PluginManager) |
/// | handles and events of each change, on your thread | [`PluginManager::watch_and_load_blocking`](crate::PluginManager::watch_and_load_blocking) |
pub struct Plugins<I: HasProxy<Proxy: Send + Sync> + ?Sized> {
    pub(super) table: Arc<Table<I>>,
    pub(super) layers: Arc<Layers>,
    pub(super) offers: Arc<Offers>,
    pub(super) disabled: Arc<DisabledPackages>,
    /// Makes the thread look at what is disabled.
    pub(super) ask: RetryHandle,
    pub(super) served: Arc<Served>,
}

impl<I: LiveInterface + ?Sized> Plugins<I> {
    /// Loads the plugins in `directory`, with the default
    /// [options](PluginsOptions), and watches it.
    ///
    /// A library that cannot be loaded does not affect the others:
    /// [`rejected`](Self::rejected) names it.
    ///
    /// # Errors
    ///
    /// If the directory cannot be read, or the system has no thread.
    ///
    /// ```
    /// use plugin_interface::{Greeter, Plugins};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let directory = tempfile::tempdir()?;
    /// # let directory = directory.path();
    /// let plugins = Plugins::<dyn Greeter>::open(directory)?;
    /// assert!(plugins.all().is_empty(), "a directory without plugins is no error");
    /// # Ok(())
    /// # }
    /// ```
    pub fn open(directory: impl AsRef<Path>) -> Result<Self, LoadError> {
        PluginsOptions::new().open(directory)
    }

    /// Loads the plugins in several directories, with the default
    /// [options](PluginsOptions), and watches them. Each directory has precedence over
    /// those before it.
    ///
    /// If several directories have a package, the plugins of the last one are used.
    /// [`rejected`](Self::rejected) and [`list`](Self::list) name the others, with both
    /// versions. A file that cannot be loaded shadows none. A file that is added later
    /// gets the state of the plugins that it shadows, and these come back when it is
    /// removed.
    ///
    /// A missing directory is waited for. The `plugins.toml` of the last directory that
    /// has one counts, for all directories.
    ///
    /// # Errors
    ///
    /// If a directory cannot be read, all of them are missing, or the system has no
    /// thread.
    ///
    /// ```
    /// use plugin_interface::{Greeter, Plugins};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let folder = tempfile::tempdir()?;
    /// # let system = folder.path();
    /// let project = system.join("of-project");
    /// let plugins = Plugins::<dyn Greeter>::open_all([system, &project])?;
    /// assert!(plugins.rejected().is_empty(), "one of them may be missing");
    /// # Ok(())
    /// # }
    /// ```
    pub fn open_all(directories: impl IntoIterator<Item: AsRef<Path>>) -> Result<Self, LoadError> {
        PluginsOptions::new().open_all(directories)
    }

    /// Returns the metadata of a library that would be loaded, and runs none of
    /// its code. [`PluginsOptions::fits`] does so with another policy.
    ///
    /// For a list that a user chooses from, before a file is put into the
    /// directory. A load may still fail, in the code of the plugin.
    ///
    /// # Errors
    ///
    /// If a load would refuse the file before it opens it: it is no plugin, has
    /// none for the interface, or has one for an incompatible version of it.
    ///
    /// ```
    /// use plugin_interface::{Greeter, Plugins};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let file = tempfile::NamedTempFile::new()?;
    /// # let file = file.path();
    /// match Plugins::<dyn Greeter>::fits(file) {
    ///     Ok(metadata) => println!("{}", metadata.package.name),
    ///     Err(error) => eprintln!("{error}"),
    /// }
    /// # assert!(Plugins::<dyn Greeter>::fits(file).is_err());
    /// # Ok(())
    /// # }
    /// ```
    pub fn fits(path: impl AsRef<Path>) -> Result<PluginMetadata, LoadError> {
        PluginsOptions::new().fits::<I>(path)
    }

    /// Returns the current version of each plugin: in the order of the
    /// configuration, then by file and name.
    ///
    /// Each stays loaded until it is dropped, also if it is replaced meanwhile.
    /// So ask again for each task.
    pub fn all(&self) -> Vec<Plugin<I>> {
        self.table.all()
    }

    /// Returns the current version of the first plugin with that name: that of
    /// the type, or `name = ".."`.
    pub fn get(&self, name: &str) -> Option<Plugin<I>> {
        self.table.get(name)
    }

    /// Returns the last error of each file that is not loaded as it is now. A file
    /// that is disabled is among them.
    pub fn rejected(&self) -> Vec<Arc<WatchError>> {
        self.table.rejected()
    }

    /// Returns all plugins of the directory, in use or not, for a page that shows them:
    /// in the order of [`all`](Self::all), then the others by file and name.
    ///
    /// It reads the metadata of the files that are not loaded, and runs none of their
    /// code.
    ///
    /// ```no_run
    /// use plugin_interface::{Greeter, Plugins, PluginStanding};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let plugins = Plugins::<dyn Greeter>::open("plugins")?;
    /// for plugin in plugins.list() {
    ///     let mark = match plugin.standing {
    ///         PluginStanding::Loaded(_) => "x",
    ///         _ => " ",
    ///     };
    ///     println!("[{mark}] {plugin}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn list(&self) -> Vec<ListedPlugin> {
        self.table.list()
    }

    /// Disables the plugins of a package, as `enabled = false` in a `plugins.toml` does,
    /// until [`enable`](Self::enable). Their files are rejected with the reason.
    ///
    /// Returns at once, and `false` if that was so already. The thread of the plugins
    /// unloads them, and those that need their services; events tell of it. Each of them
    /// stays loaded while it is in use.
    ///
    /// ```
    /// use plugin_interface::{Greeter, Plugins};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let directory = tempfile::tempdir()?;
    /// # let directory = directory.path();
    /// let plugins = Plugins::<dyn Greeter>::open(directory)?;
    /// assert!(plugins.disable("spell-check", "you switched it off"));
    /// assert!(plugins.enable("spell-check"));
    /// assert!(!plugins.enable("spell-check"), "it is enabled");
    /// # Ok(())
    /// # }
    /// ```
    pub fn disable(&self, package: &str, reason: &str) -> bool {
        let is_new = self.disabled.disable(package, reason);
        if is_new {
            self.ask.retry();
        }
        is_new
    }

    /// Enables the plugins of a package that [`disable`](Self::disable) disabled.
    ///
    /// Returns at once, and `false` if nothing disabled them so. A configuration may
    /// disable them too.
    pub fn enable(&self, package: &str) -> bool {
        let was_disabled = self.disabled.enable(package);
        if was_disabled {
            self.ask.retry();
        }
        was_disabled
    }

    /// Asks each plugin for its health, on this thread, and returns what those say that
    /// are not well.
    ///
    /// A plugin that panics is not used any more: [`all`](Self::all) does not return it
    /// until its file has a new version, and [`rejected`](Self::rejected) says why.
    ///
    /// ```no_run
    /// use plugin_interface::{Greeter, Plugins};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let plugins = Plugins::<dyn Greeter>::open("plugins")?;
    /// for (plugin, error) in plugins.check_health() {
    ///     eprintln!("{plugin:?}: {error}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn check_health(&self) -> Vec<(Plugin<I>, HealthError)> {
        let ask = |plugin: Plugin<I>| Plugin::health(&plugin).err().map(|error| (plugin, error));
        let sick: Vec<_> = self.all().into_iter().filter_map(ask).collect();
        for (plugin, error) in &sick {
            if matches!(error, HealthError::Panicked { .. }) {
                self.table.retire(plugin, error.clone());
            }
        }
        sick
    }

    /// Returns the events, from the first load on. All handles share them: each
    /// goes to one listener.
    pub fn events(&self) -> Events<PluginEvent> {
        self.table.events()
    }

    /// Returns the numbers of versions that were loaded and closed so far, also after
    /// [`close`](Self::close).
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use plugin_interface::{Greeter, Plugins};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let directory = tempfile::tempdir()?;
    /// # let directory = directory.path();
    /// let plugins = Plugins::<dyn Greeter>::open(directory)?;
    /// plugins.close(Duration::from_secs(10));
    /// let counts = plugins.counts();
    /// assert_eq!(counts.closed, counts.loaded, "nothing is left");
    /// # Ok(())
    /// # }
    /// ```
    pub fn counts(&self) -> PluginCounts {
        self.table.counts()
    }

    /// Offers a service to the plugins that are loaded from now on, and to those
    /// that ask later. [`PluginsOptions::provide`] offers it to all of them.
    pub fn provide<S: Service + ?Sized>(&self, service: Arc<impl Serves<S> + ?Sized>) {
        self.offers.add::<S>(service);
    }

    /// Stops watching and removes all plugins, also for the other handles. Waits
    /// until those that nobody uses are destroyed and their libraries are closed.
    ///
    /// Returns `false` if this takes longer than `within`. Call it before `main`
    /// returns, and not in a service that plugins call. A dropped `Plugins` does
    /// not wait.
    pub fn close(&self, within: Duration) -> bool {
        self.served.stop(&self.table.closing, within)
    }

    /// Returns the directory, absolute. Of several it is the last one, which has
    /// precedence.
    pub fn directory(&self) -> PathBuf {
        self.directories().last().cloned().unwrap_or_default()
    }

    /// Returns all directories, absolute, in the order in which they were named.
    pub fn directories(&self) -> &[PathBuf] {
        self.layers.directories()
    }
}

impl<I: LiveInterface + ?Sized> Clone for Plugins<I> {
    /// Returns another handle of the same plugins.
    fn clone(&self) -> Self {
        Plugins {
            table: Arc::clone(&self.table),
            layers: Arc::clone(&self.layers),
            offers: Arc::clone(&self.offers),
            disabled: Arc::clone(&self.disabled),
            ask: self.ask.clone(),
            served: Arc::clone(&self.served),
        }
    }
}

impl<I: LiveInterface + ?Sized> fmt::Debug for Plugins<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plugins")
            .field("interface", &I::NAME)
            .field("directories", &self.layers.directories())
            .field("plugins", &self.all())
            .finish_non_exhaustive()
    }
}
