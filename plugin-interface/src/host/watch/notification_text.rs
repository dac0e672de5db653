//! The notifications and events of a watch as text, one line each.

use core::fmt;
use std::path::{Path, PathBuf};

use super::notification::{ManagerNotification, WatchEvent, WatchNotification};

impl fmt::Display for WatchNotification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WatchNotification::Changed { paths, .. } => write!(f, "changed: {}", joined(paths)),
            WatchNotification::Removed { paths } => write!(f, "removed: {}", joined(paths)),
            WatchNotification::Beside => f.write_str("other files changed"),
            WatchNotification::Error(error) => error.fmt(f),
            WatchNotification::Unchanged => f.write_str("unchanged"),
        }
    }
}

/// One line for a log.
///
/// ```
/// let event = plugin_interface::WatchEvent::Unloaded { path: "libx.so".into(), counter: Some(3) };
/// assert_eq!(event.to_string(), "libx.so was unloaded, unmaker counter 3");
/// ```
impl fmt::Display for WatchEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WatchEvent::Handles(handles, paths) => plugins(f, handles.len(), paths),
            WatchEvent::Proxies(proxies, paths) => plugins(f, proxies.len(), paths),
            WatchEvent::Replaced { path, generation } => {
                write!(f, "version {generation} of {} is current", path.display())
            }
            WatchEvent::Unloaded { path, counter } => unloaded(f, path, *counter),
            WatchEvent::Error(error) => error.fmt(f),
        }
    }
}

impl fmt::Display for ManagerNotification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ManagerNotification::Event(event) => event.fmt(f),
            ManagerNotification::Unloaded { path, counter } => unloaded(f, path, *counter),
            ManagerNotification::Error(error) => error.fmt(f),
        }
    }
}

fn plugins(f: &mut fmt::Formatter<'_>, count: usize, paths: &[PathBuf]) -> fmt::Result {
    let paths = joined(paths);
    match count {
        // Without `auto_load`.
        0 => write!(f, "to load: {paths}"),
        1 => write!(f, "loaded 1 plugin of {paths}"),
        _ => write!(f, "loaded {count} plugins of {paths}"),
    }
}

fn unloaded(f: &mut fmt::Formatter<'_>, path: &Path, counter: Option<u64>) -> fmt::Result {
    let path = path.display();
    match counter {
        Some(counter) => write!(f, "{path} was unloaded, unmaker counter {counter}"),
        None => write!(f, "{path} was released, a handle or a proxy keeps it loaded"),
    }
}

fn joined(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
}
