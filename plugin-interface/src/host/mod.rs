//! The host's side: find, check, load, call and unload plugins.
//!
//! An application holds `plugins`, or a `manager`. `load` has the stages of a load and their
//! order. `library` is one library in memory, and `file` has the facts about
//! files that both need. `live` and `hot_library` replace a library while it is
//! in use, on the kernel `reload` and the hazard pointers of `swap`. `watch`
//! reports changes to them.

#[cfg(feature = "dynamic")]
mod by_descriptor;
mod compare;
#[cfg(feature = "configure")]
mod configuration;
pub(crate) mod crash_notes;
pub(crate) mod dev_report;
mod error;
pub(crate) mod event_queue;
mod file;
#[cfg(feature = "hot-library")]
mod hot_library;
#[cfg(feature = "in-flight")]
pub(crate) mod in_flight;
mod library;
mod live;
mod load;
mod manager;
mod platform;
#[cfg(feature = "watch")]
mod plugins;
#[cfg(all(unix, feature = "process"))]
mod process;
pub(crate) mod raw;
mod reload;
mod services;
mod swap;
mod system_support;
#[cfg(feature = "tasks")]
mod tasks;
#[cfg(not(feature = "tasks"))]
#[path = "tasks/none.rs"]
mod tasks;
pub(crate) mod testing;
mod thread_exits;
#[cfg(feature = "trust")]
mod trust;
#[cfg(feature = "watch")]
mod watch;

#[cfg(feature = "dynamic")]
pub use by_descriptor::{Answer, DynamicError, DynamicProxy, check_call};
pub use compare::mismatch::Mismatch;
pub(crate) use compare::snapshot;
pub use compare::version_check::{InterfaceChange, RequiredBump};
#[cfg(feature = "configure")]
pub use configuration::Configuration;
pub use error::stage::Stage;
pub use error::{
    ConfigurationError, ErrorClass, HealthError, InspectError, LoadError, LockDifference, NeedStep,
    ProxyError, Revocation, SignatureError, UnloadError,
};
pub use event_queue::Events;
pub use file::copies::Copies;
#[cfg(all(feature = "hot-library", feature = "watch"))]
pub use hot_library::HotWatch;
#[cfg(feature = "call-dynamic")]
pub use hot_library::dynamic::{Buffer, DynamicCallError, Signature, Value};
#[cfg(feature = "hot-library")]
pub use hot_library::{
    CFunction, ChangeDetection, FunctionGuard, HotError, HotEvent, HotFunction, HotFunctions,
    HotLibrary, HotOptions, HotReload, HotVersion, NotDefined,
};
pub use library::lifecycle::LifecycleState;
pub use library::outcome::UnloadOutcome;
pub use library::unmap::{RetainedLibrary, retained};
pub use live::{
    GuardHolder, Live, LiveEvent, LiveEvents, LiveGuard, LiveInterface, LiveOptions, ReloadError,
    ReloadOutcome,
};
pub use load::built_for::{BuiltFor, built_for};
pub use load::check::{exported_symbols, inspect, inspect_bytes, stays_mapped};
pub use load::policy::{LoadPolicy, PolicyError};
pub use load::probe::Probe;
pub use load::replacement::replacement_errors;
pub use load::timings::StageTimes;
pub use manager::handle::PluginHandle;
#[cfg(feature = "watch")]
pub use manager::retry::RetryHandle;
pub use manager::survey::ScanEntry;
pub use manager::{PluginManager, Rejected};
pub use platform::exit_status::describe_exit;
pub use platform::parent_death::end_with_parent;
#[cfg(feature = "watch")]
pub use plugins::{
    ListedPlugin, Plugin, PluginCounts, PluginEvent, PluginStanding, Plugins, PluginsOptions,
};
#[cfg(all(unix, feature = "sandbox"))]
pub use process::{Enforced, Enforcement, Sandbox};
#[cfg(all(unix, feature = "process"))]
pub use process::{
    Isolated, IsolatedAnswer, IsolatedPlugin, Limits, Worker, WorkerError, serve_if_asked,
};
pub use raw::{get_unmaker_counter, get_unmaker_counter_for};
#[cfg(feature = "log")]
pub use services::logs::update_level;
pub use services::plugin_panic::PluginPanic;
#[cfg(feature = "tracing")]
pub use services::traces::update_level as update_trace_level;
pub use system_support::{SystemSupport, system_support};
#[cfg(feature = "tasks")]
pub use tasks::{Executor, ThreadPool};
#[cfg(feature = "trust")]
pub use trust::{
    comment::trusted_comment,
    error::LockError,
    exception::TrustException,
    keys::TrustedKey,
    lock::{LockedInterface, LockedPlugin, PluginLock},
    minisign::KeyId,
    requirement::Requirement,
    state::{FileTrust, SignatureState},
    verify::{LockState, VerifiedFile},
};
#[cfg(feature = "watch")]
pub use watch::{
    ManagerNotification, WatchError, WatchEvent, WatchNotification, WatchOptions,
    check_watch_events,
};
