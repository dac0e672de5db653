//! The handle of all plugins of a directory, and the thread behind it.

use core::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use crossbeam_channel::{Sender, bounded};

use super::options::PluginsOptions;
use super::table::{Plugin, Table};
use crate::host::error::LoadError;
use crate::host::live::LiveInterface;
use crate::host::manager::PluginManager;
use crate::host::watch::WatchError;
use crate::interface::{HasProxy, PluginTrait};

/// All plugins of a directory for one interface, each replaced when its file
/// changes.
///
/// `open` loads every enabled plugin of the directory. From then on, a thread of
/// this crate watches it: plugins are added, replaced and removed with their
/// files. A version that cannot be loaded changes nothing. A version that
/// replaces another one receives its [state](crate::PluginState).
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
    table: Arc<Table<I>>,
    directory: Arc<Path>,
    /// The thread that watches ends when the last clone of this is dropped.
    watched: Arc<Sender<()>>,
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

    /// Returns a number that grows with each change of the plugins or errors.
    pub fn changes(&self) -> u64 {
        self.table.changes()
    }

    /// Returns the directory, absolute.
    pub fn directory(&self) -> PathBuf {
        self.directory.to_path_buf()
    }
}

impl<I: LiveInterface + ?Sized> Clone for Plugins<I> {
    /// Returns another handle of the same plugins.
    fn clone(&self) -> Self {
        Plugins {
            table: Arc::clone(&self.table),
            directory: Arc::clone(&self.directory),
            watched: Arc::clone(&self.watched),
        }
    }
}

impl<I: LiveInterface + ?Sized> fmt::Debug for Plugins<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plugins")
            .field("interface", &I::NAME)
            .field("directory", &self.directory)
            .field("plugins", &self.all())
            .finish_non_exhaustive()
    }
}

impl PluginsOptions {
    /// Loads the plugins in `directory`, and watches it. See [`Plugins::open`].
    ///
    /// # Errors
    ///
    /// If the directory cannot be read, or the system has no thread.
    pub fn open<I: LiveInterface + ?Sized>(
        self,
        directory: impl AsRef<Path>,
    ) -> Result<Plugins<I>, LoadError> {
        const {
            assert!(
                I::SHAREABLE,
                "the interface of `Plugins` has no method that takes `&mut self`: its plugins are called by several threads at once"
            );
        }
        // A relative path means the directory that is current now.
        let directory = directory.as_ref();
        let directory: Arc<Path> =
            std::path::absolute(directory).unwrap_or_else(|_| directory.to_owned()).into();
        let table = Arc::new(Table::<I>::new(&self.policy));
        let (stop, stopped) = bounded::<()>(0);
        let (ready, is_ready) = bounded(1);
        let (publish, place) = (Arc::clone(&table), Arc::clone(&directory));
        let name = format!("plugins {}", directory.display()).replace('\0', "");
        let spawned = thread::Builder::new().name(name).spawn(move || {
            // The manager stays on its thread.
            let mut manager = PluginManager::with_policy(self.policy);
            if let Some(probe) = self.probe {
                manager = manager.with_probe(probe);
            }
            if let Some(interval) = self.polling {
                manager = manager.with_polling(interval);
            }
            let ready = |result| drop(ready.send(result));
            let tell = |notification| publish.take_in(notification);
            manager.serve(&place, PluginTrait::of::<I>(), &stopped, ready, tell);
        });
        let no_thread = |source| LoadError::ReadDirectory { path: directory.to_path_buf(), source };
        spawned.map_err(no_thread)?;
        // It panicked if it sends nothing.
        let lost = |_| no_thread(std::io::Error::other("the thread that loads plugins ended"));
        is_ready.recv().map_err(lost)??;
        Ok(Plugins { table, directory, watched: Arc::new(stop) })
    }
}
