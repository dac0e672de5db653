//! How a directory is watched, and what follows.

use std::time::Duration;

/// How a directory is watched, and what the manager does of itself.
///
/// How a file system without events is watched is the manager's to know:
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
    /// For how many milliseconds nothing must be seen of a writer who did not
    /// say that it is done. One who did, by closing, renaming or linking the
    /// file, is never waited for.
    pub debounce_ms: u64,
    /// Whether the directories below are watched too. Links to directories are
    /// not followed.
    pub recursive: bool,
    /// Whether what is new or changed is loaded. Else the callback gets the
    /// paths, and no handles.
    pub auto_load: bool,
    /// Whether what was replaced or removed is unloaded. Else it stays loaded
    /// for as long as the manager.
    pub auto_unload: bool,
    /// Whether the callback gets proxies instead of handles. Only a
    /// [`Greeter`](crate::Greeter) is known by type here; for any other
    /// interface it gets handles all the same, each of which gives a proxy.
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
    /// How long a writer may be silent.
    pub(crate) fn quiet(&self) -> Duration {
        Duration::from_millis(self.debounce_ms)
    }
}
