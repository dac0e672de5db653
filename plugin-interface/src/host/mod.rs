//! The host's side: find, check, load, call and unload plugins.
//!
//! `manager` drives the `stages` one after the other; a `library` that came
//! through them gives `instance`s, which a user holds by a `handle` or a proxy.

mod difference;
mod duplicates;
mod error;
mod evolution;
mod growth;
mod handle;
#[cfg(feature = "hot-library")]
mod hot_library;
mod instance;
mod keeper;
mod library;
mod live;
mod manager;
mod mismatch;
mod outcome;
mod panics;
mod parent;
mod policy;
mod private_directory;
pub(crate) mod raw;
mod retained;
pub(crate) mod snapshot;
mod stage;
mod stages;
mod symbols;
mod thread_exits;
#[cfg(feature = "hot-library")]
mod turn;
#[cfg(feature = "watch")]
mod watch;

pub use error::{LoadError, ProxyError, UnloadError};
pub use evolution::{Evolution, Need};
pub use handle::PluginHandle;
#[cfg(all(feature = "hot-library", feature = "watch"))]
pub use hot_library::HotWatch;
#[cfg(feature = "call-dynamic")]
pub use hot_library::{Buffer, DynamicCallError, Signature, Value};
#[cfg(feature = "hot-library")]
pub use hot_library::{
    CFunction, ChangeDetection, FunctionGuard, HotError, HotEvent, HotFunction, HotFunctions,
    HotLibrary, HotOptions, HotReload, HotVersion, NotDefined,
};
pub use live::{
    Holder, Live, LiveEvent, LiveEvents, LiveGuard, LiveInterface, LiveOptions, ReloadError,
    Reloaded,
};
pub use manager::{PluginManager, Rejected, Surveyed};
pub use mismatch::Mismatch;
pub use outcome::UnloadOutcome;
pub use parent::end_with_parent;
pub use policy::{LoadPolicy, PolicyError};
pub use raw::{get_unmaker_counter, get_unmaker_counter_for};
pub use retained::{RetainedLibrary, retained};
pub use stage::Stage;
pub use stages::check::{InspectError, exported_symbols, inspect, inspect_bytes};
pub use stages::probe::{Probe, describe_exit};
pub use stages::times::Times;
#[cfg(feature = "watch")]
pub use watch::{ManagerNotification, WatchError, WatchEvent, WatchNotification, WatchOptions};
