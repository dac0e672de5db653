//! The options of a watch.

use std::time::Duration;

/// The options of a watch: the files to watch, and the actions of the manager.
///
/// For a file system without events, see
/// [`PluginManager::with_polling`](crate::PluginManager::with_polling).
///
/// ```
/// use plugin_interface::WatchOptions;
///
/// let options = WatchOptions { recursive: true, ..Default::default() };
/// assert!(options.auto_load && options.auto_unload && !options.emit_proxies);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WatchOptions {
    /// The silence in milliseconds after which a writer is done that does not
    /// close the file. A file that its writer closes, renames or links is
    /// complete at once.
    pub debounce_ms: u64,
    /// Watches the directories below too. Links to directories are not
    /// followed.
    pub recursive: bool,
    /// Loads new and changed files. Otherwise the callback gets their paths,
    /// and no handles.
    pub auto_load: bool,
    /// Unloads replaced and removed libraries. Otherwise they stay loaded until
    /// the manager is dropped.
    pub auto_unload: bool,
    /// Passes proxies to the callback instead of handles. This works only for
    /// [`Greeter`](crate::Greeter), whose type is known here. For any other
    /// interface the callback gets handles, each of which returns a proxy.
    pub emit_proxies: bool,
}

impl Default for WatchOptions {
    fn default() -> Self {
        WatchOptions {
            debounce_ms: 100,
            recursive: false,
            auto_load: true,
            auto_unload: true,
            emit_proxies: false,
        }
    }
}

impl WatchOptions {
    /// Returns the time for which a writer may be silent.
    pub(crate) fn quiet(&self) -> Duration {
        Duration::from_millis(self.debounce_ms)
    }
}
