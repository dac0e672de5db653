//! The notifications, events and errors of a watch.

use core::fmt;
use std::error::Error;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::greeter::GreeterProxy;
use crate::host::error::stage::Stage;
use crate::host::error::{HealthError, LoadError, UnloadError, debug_as_message};
use crate::host::manager::handle::PluginHandle;

/// A notification of a background watcher. It names files. Nothing was loaded
/// or unloaded.
///
/// ```
/// use plugin_interface::WatchNotification;
///
/// fn paths(notification: WatchNotification) -> Vec<std::path::PathBuf> {
///     match notification {
///         WatchNotification::Changed { paths, .. } => paths,
///         WatchNotification::Removed { paths } => paths,
///         _ => Vec::new(),
///     }
/// }
/// # paths(WatchNotification::Unchanged);
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum WatchNotification {
    /// Libraries that were there at the start, or that were added or may have
    /// changed since.
    Changed {
        /// The paths, below the directory as the caller named it.
        paths: Vec<PathBuf>,
        /// The time of the first event.
        since: Instant,
    },
    /// Libraries that were removed.
    Removed {
        /// The paths.
        paths: Vec<PathBuf>,
    },
    /// Other files beside the libraries were added, changed or removed: something
    /// that a library needs may be there now. Polling does not notice this.
    Beside,
    /// The watch is impaired, but goes on.
    Error(WatchError),
    /// Nothing happened for a while. A sender notices that its receiver is gone
    /// only when it sends. So this is sent a few times a second, if every other
    /// notification was read.
    Unchanged,
}

/// An action of a manager for a directory that it watches.
///
/// ```
/// use plugin_interface::WatchEvent;
///
/// fn describe(event: WatchEvent) -> String {
///     match event {
///         WatchEvent::Handles(handles, paths) => format!("{} of {paths:?}", handles.len()),
///         WatchEvent::Proxies(proxies, paths) => format!("{} of {paths:?}", proxies.len()),
///         WatchEvent::Unloaded { path, counter } => format!("{path:?} unmade {counter:?}"),
///         WatchEvent::Error(error) => error.to_string(),
///         _ => String::new(),
///     }
/// }
/// # describe(WatchEvent::Handles(Vec::new(), Vec::new()));
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum WatchEvent {
    /// The plugins of these files were loaded. Those of a file that was loaded
    /// before are replaced. Without
    /// [`auto_load`](crate::WatchOptions::auto_load): files to load, and no
    /// handles.
    Handles(Vec<PluginHandle>, Vec<PathBuf>),
    /// The same with proxies, for
    /// [`emit_proxies`](crate::WatchOptions::emit_proxies).
    Proxies(Vec<GreeterProxy>, Vec<PathBuf>),
    /// A [`Live`](crate::Live) of the manager has a new version.
    Replaced {
        /// The file, absolute.
        path: PathBuf,
        /// The new version.
        generation: u64,
    },
    /// See [`ManagerNotification::Unloaded`]. Only
    /// [`watch_and_load_blocking`](crate::PluginManager::watch_and_load_blocking)
    /// reports it in this form.
    Unloaded {
        /// The file.
        path: PathBuf,
        /// The number that its unmakers counted.
        counter: Option<u64>,
    },
    /// See [`ManagerNotification::Error`]. The same applies.
    Error(WatchError),
}

/// An action of a manager for a notification of a background watcher.
///
/// ```
/// use plugin_interface::ManagerNotification;
///
/// fn show(notification: ManagerNotification) -> bool {
///     match notification {
///         ManagerNotification::Event(event) => println!("{event:?}"),
///         ManagerNotification::Unloaded { path, counter } => println!("{path:?}: {counter:?}"),
///         ManagerNotification::Error(error) => eprintln!("{error}"),
///     }
///     true
/// }
/// # show(ManagerNotification::Unloaded { path: "gone".into(), counter: Some(1) });
/// ```
#[derive(Debug)]
pub enum ManagerNotification {
    /// Plugins were loaded.
    Event(WatchEvent),
    /// The manager released a library that was replaced or removed.
    Unloaded {
        /// The file that it was loaded from.
        path: PathBuf,
        /// The number of registrations that its unmakers destroyed, over all of
        /// its life. `None` while a handle or a proxy of it exists; the last
        /// one closes it.
        counter: Option<u64>,
    },
    /// Something failed. Every loaded library stays loaded.
    Error(WatchError),
}

/// An error while watching.
///
/// ```
/// use plugin_interface::{LoadError, WatchError};
///
/// let error = LoadError::DirectoryMissing { path: "plugins".into() };
/// let error = WatchError::Directory { error };
/// assert!(error.to_string().starts_with("no such directory: plugins"));
/// ```
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum WatchError {
    /// The directory is missing or cannot be read. The watch waits for it.
    #[error("{error:?}")]
    Directory {
        /// The error.
        error: LoadError,
    },
    /// The system sends no events for the directory. Its files are compared
    /// with their last state from time to time instead.
    #[error(
        "the system reports no changes in {}, so its files are compared every {interval:?}: {reason}",
        path.display()
    )]
    Polling {
        /// The directory.
        path: PathBuf,
        /// The time between two comparisons.
        interval: Duration,
        /// The message of the system.
        reason: String,
    },
    /// A file or some of its plugins were not loaded. The text names the stage.
    #[error(
        "{error:?} (failed to {}{}{})",
        error.stage(),
        if *serving { "; the version that was loaded before stays" } else { "" },
        if *retried { TRIED_AGAIN } else { "" }
    )]
    Load {
        /// The file.
        path: PathBuf,
        /// The error, and its [`stage`](LoadError::stage).
        error: LoadError,
        /// `true` if an older version of the file stays loaded.
        serving: bool,
        /// `true` if the file is tried again as it is, since what it lacks may
        /// come: in 30 s, then less and less often, and when a file beside it
        /// changes.
        retried: bool,
    },
    /// A plugin failed when it was asked for its health. It is not used any more, until
    /// its file has a new version.
    #[error("{}: {error}; it is not used any more", path.display())]
    Health {
        /// The file.
        path: PathBuf,
        /// The error.
        error: HealthError,
    },
    /// The thread that loads ran into a panic: of a service or a logger of the
    /// host, or of this crate. The watch goes on.
    #[error("{message}; see where the panic hook reported it")]
    Panicked {
        /// The message of the panic.
        message: String,
    },
    /// A library was unloaded with an error.
    #[error("{error:?}")]
    Unload {
        /// The error.
        error: UnloadError,
    },
}

const TRIED_AGAIN: &str = "; tried again in 30 s, and when a file beside it changes";

debug_as_message!(WatchError);

impl WatchError {
    /// Returns the stage that failed, if this is the error of a load.
    pub fn stage(&self) -> Option<Stage> {
        match self {
            WatchError::Load { error, .. } => Some(error.stage()),
            _ => None,
        }
    }
}

impl From<ManagerNotification> for WatchEvent {
    fn from(notification: ManagerNotification) -> Self {
        match notification {
            ManagerNotification::Event(event) => event,
            ManagerNotification::Unloaded { path, counter } => {
                WatchEvent::Unloaded { path, counter }
            }
            ManagerNotification::Error(error) => WatchEvent::Error(error),
        }
    }
}
