//! What those who watch are told.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::greeter::GreeterProxy;
use crate::host::error::stage::Stage;
use crate::host::error::{LoadError, UnloadError};
use crate::host::manager::handle::PluginHandle;

/// What a background watcher tells: which files, and no more. Nothing was
/// loaded or unloaded.
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
    /// Libraries that were there at the start, or that came or may have
    /// changed since.
    Changed {
        /// Their paths, below the directory as it was named.
        paths: Vec<PathBuf>,
        /// When the first of it was noticed.
        since: Instant,
    },
    /// Libraries that are there no more.
    Removed {
        /// Their paths.
        paths: Vec<PathBuf>,
    },
    /// Watching goes on, but not as it should.
    Error(WatchError),
    /// Nothing happened for a while. A sender learns only by sending that its
    /// receiver is gone; so this is sent, a few times a second, if all else
    /// was read.
    Unchanged,
}

/// What a manager did about a directory that it watches.
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
    /// The plugins of these files were loaded; for a file that was loaded
    /// before, in the place of those. Without
    /// [`auto_load`](crate::WatchOptions::auto_load): files to load, and no
    /// handles.
    Handles(Vec<PluginHandle>, Vec<PathBuf>),
    /// The same as proxies, for
    /// [`emit_proxies`](crate::WatchOptions::emit_proxies).
    Proxies(Vec<GreeterProxy>, Vec<PathBuf>),
    /// A [`Live`](crate::Live) of the manager's has a new version.
    Replaced {
        /// The file, absolute.
        path: PathBuf,
        /// The version that serves now.
        generation: u64,
    },
    /// See [`ManagerNotification::Unloaded`]. Only
    /// [`watch_and_load_blocking`](crate::PluginManager::watch_and_load_blocking)
    /// tells it by this name.
    Unloaded {
        /// The file.
        path: PathBuf,
        /// The count of its unmakers.
        counter: Option<u64>,
    },
    /// See [`ManagerNotification::Error`]; likewise.
    Error(WatchError),
}

/// What a manager did about the notifications of a background watcher.
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
    /// The manager gave a library back that was replaced or removed.
    Unloaded {
        /// The file that it was loaded from.
        path: PathBuf,
        /// How many registrations its unmakers unmade, over all of its life;
        /// `None` while somebody holds a handle or a proxy of it, the last of
        /// which closes it.
        counter: Option<u64>,
    },
    /// Something failed; what was loaded before still is.
    Error(WatchError),
}

/// What went wrong while watching.
///
/// ```
/// use plugin_interface::{LoadError, WatchError};
///
/// let error = LoadError::DirectoryMissing { path: "plugins".into() };
/// let error = WatchError::Directory { error };
/// assert!(error.to_string().starts_with("no such directory: plugins"));
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WatchError {
    /// The directory is not there or cannot be read. It is looked for until
    /// it is.
    #[error("{error:?}")]
    Directory {
        /// Why.
        error: LoadError,
    },
    /// The system tells nothing of the directory's files: they are compared
    /// with what they were from time to time instead.
    #[error(
        "cannot be told of changes in {}, so its files are compared every {interval:?}: {reason}",
        path.display()
    )]
    Polling {
        /// The directory.
        path: PathBuf,
        /// How often.
        interval: Duration,
        /// What the system said.
        reason: String,
    },
    /// A file was not loaded, or not all of its plugins were. The text names
    /// the stage.
    #[error(
        "{error:?} (failed to {}{})",
        error.stage(),
        if *serving { "; the version that was loaded before stays" } else { "" }
    )]
    Load {
        /// The file.
        path: PathBuf,
        /// Why; its [`stage`](LoadError::stage) says where.
        error: LoadError,
        /// Whether an older version of the file stays loaded.
        serving: bool,
    },
    /// A library was unloaded, and not as it should be.
    #[error("{error:?}")]
    Unload {
        /// What went wrong.
        error: UnloadError,
    },
}

impl WatchError {
    /// The stage of a load that failed, if it was one.
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
