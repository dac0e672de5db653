//! The host's side: find, check, load, call and unload plugins.
//!
//! `manager` drives the `stages` one after the other; a `library` that came
//! through them gives `instance`s, which a user holds by a `handle` or a proxy.

mod duplicates;
mod error;
mod handle;
mod instance;
mod library;
mod manager;
mod panics;
mod policy;
mod private_directory;
pub(crate) mod raw;
mod stage;
mod stages;
mod symbols;
#[cfg(feature = "watch")]
mod watch;

pub use error::{LoadError, ProxyError, UnloadError};
pub use handle::PluginHandle;
pub use library::UnloadOutcome;
pub use manager::{PluginManager, Rejected, Surveyed};
pub use policy::{LoadPolicy, PolicyError};
pub use raw::{get_unmaker_counter, get_unmaker_counter_for};
pub use stage::Stage;
pub use stages::admit::Mismatch;
pub use stages::check::{InspectError, exported_symbols, inspect, inspect_bytes};
pub use stages::probe::{Probe, describe_exit};
#[cfg(feature = "watch")]
pub use watch::{ManagerNotification, WatchError, WatchEvent, WatchNotification, WatchOptions};
