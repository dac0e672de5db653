//! The events of `Plugins`.

use core::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use crate::host::library::outcome::UnloadOutcome;
use crate::host::watch::WatchError;

/// An event of the plugins of a directory.
///
/// It prints as a line for a log.
///
/// ```no_run
/// use plugin_interface::{Greeter, PluginEvent, Plugins};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let plugins = Plugins::<dyn Greeter>::open("plugins")?;
/// let events = plugins.events();
/// std::thread::spawn(move || {
///     for event in events {
///         match &event {
///             PluginEvent::Failed { .. } => eprintln!("{event}"),
///             _ => println!("{event}"),
///         }
///     }
/// });
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum PluginEvent {
    /// The plugins of a file were loaded.
    Loaded {
        /// The file.
        path: PathBuf,
        /// Their names.
        names: Vec<String>,
    },
    /// The plugins of a file that have a [lifecycle](crate::PluginLifecycle) were
    /// started. The event before says whether they were loaded or replaced.
    Started {
        /// The file.
        path: PathBuf,
        /// Their names.
        names: Vec<String>,
    },
    /// The plugins of a file have a new version.
    Replaced {
        /// The file.
        path: PathBuf,
        /// The names of the plugins in the new version.
        names: Vec<String>,
        /// The number of the new version.
        generation: u64,
    },
    /// The file was removed, or what it has was revoked. Its plugins are removed
    /// too.
    Removed {
        /// The file.
        path: PathBuf,
        /// The names of its plugins.
        names: Vec<String>,
    },
    /// The library of a version was closed: nobody uses its plugins any more, and they
    /// were stopped and destroyed.
    Unloaded {
        /// The file.
        path: PathBuf,
        /// The number of the version.
        generation: u64,
        /// The number that its unmakers counted.
        counter: u64,
        /// Whether it is unmapped.
        outcome: UnloadOutcome,
    },
    /// Something failed. Each plugin that was there is still there.
    Failed {
        /// The error, which names the file.
        error: Arc<WatchError>,
    },
}

impl fmt::Display for PluginEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PluginEvent::Loaded { path, names } => {
                write!(f, "loaded {}: {}", path.display(), names.join(", "))
            }
            PluginEvent::Replaced { path, names, generation } => {
                let (path, names) = (path.display(), names.join(", "));
                write!(f, "replaced {path} by version {generation}: {names}")
            }
            PluginEvent::Started { path, names } => {
                write!(f, "started {}: {}", path.display(), names.join(", "))
            }
            PluginEvent::Removed { path, names } => {
                write!(f, "removed {}: {}", path.display(), names.join(", "))
            }
            PluginEvent::Unloaded { path, generation, counter, outcome } => {
                let path = path.display();
                write!(
                    f,
                    "closed version {generation} of {path}: {outcome}, unmaker counter {counter}"
                )
            }
            PluginEvent::Failed { error } => write!(f, "{error}"),
        }
    }
}
