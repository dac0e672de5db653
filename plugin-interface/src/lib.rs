//! Plugins for Rust: ordinary traits, implemented in dynamic libraries.
//!
//! A host finds libraries in a directory and checks each of them before any of
//! its code runs. It calls them at the price of a `dyn` call, can replace them
//! while calls are running, and frees every byte at the end.
//!
//! # Interface
//!
//! An **interface** is a trait under
//! [`#[plugin_interface]`](macro@plugin_interface). Put it into a crate that
//! host and plugins use:
//!
//! ```
//! use plugin_interface::plugin_interface;
//!
//! #[plugin_interface]
//! pub trait Tool: Send + Sync {
//!     fn apply(&self, text: &str) -> String;
//! }
//! ```
//!
//! Its methods take and return [FFI-safe types](boundary). Derive
//! [`FfiSafe`](macro@FfiSafe) for your own structs and enums.
//!
//! # Plugin
//!
//! A **plugin** is an implementation under
//! [`#[plugin_impl]`](macro@plugin_impl), in a `cdylib` crate. The root of the
//! crate has one [`#[plugin_aggregates]`](macro@plugin_aggregates) for each
//! interface:
//!
//! ```standalone_crate
//! # use plugin_interface::plugin_interface;
//! # #[plugin_interface]
//! # pub trait Tool: Send + Sync {
//! #     fn apply(&self, text: &str) -> String;
//! # }
//! use plugin_interface::{plugin_aggregates, plugin_impl};
//!
//! #[plugin_aggregates(Tool)]
//! mod plugin {}
//!
//! #[derive(Default)]
//! pub struct Shout;
//!
//! #[plugin_impl(Tool)]
//! impl Tool for Shout {
//!     fn apply(&self, text: &str) -> String {
//!         text.to_uppercase()
//!     }
//! }
//! # fn main() {}
//! ```
//!
//! # Host
//!
//! A **host** loads plugins through a [`PluginManager`]. It receives a typed
//! proxy of each, which implements the trait:
//!
//! ```no_run
//! # #[cfg(feature = "manager")]
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # use plugin_interface::plugin_interface;
//! # #[plugin_interface]
//! # pub trait Tool: Send + Sync {
//! #     fn apply(&self, text: &str) -> String;
//! # }
//! use plugin_interface::PluginManager;
//!
//! let mut manager = PluginManager::new();
//! for tool in manager.load::<dyn Tool>("plugins")? {
//!     println!("{}", tool.apply("hello"));
//! }
//! for rejected in manager.rejected() {
//!     eprintln!("{}", rejected.error);
//! }
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "manager"))]
//! # fn main() {}
//! ```
//!
//! [`Live`] replaces a plugin by a newer build while calls are running.
//!
//! # Versions
//!
//! An interface can grow: add a method with a default body and `#[since]`, and
//! raise `version` in [`#[plugin_interface]`](macro@plugin_interface). Older
//! plugins then run the default, and newer plugins run in older hosts. In the
//! crate of the interface, a test of one line fails if the interface changes
//! without its version:
//!
//! ```
//! # #[cfg(feature = "manager")]
//! plugin_interface::assert_snapshot!(dyn plugin_interface::Greeter, "snapshots/Greeter.txt");
//! ```
//!
//! # Safety
//!
//! Only `#[repr(C)]` data and `extern "C"` functions are used between host and
//! plugin ([`abi`]). So both may come from different compilers. A panic of a
//! plugin is contained, and the plugin stays usable. But a plugin runs in the
//! host's process. A plugin that aborts, overflows its stack or writes through
//! a wild pointer takes the host down.
//!
//! # Features
//!
//! For hosts:
//!
//! - `manager` (default): loads, checks, calls and unloads plugins. A plugin
//!   without default features compiles no loader.
//! - `configure`: reads a `plugins.toml`: the order of plugins, those that are
//!   enabled, and their settings (module `configuration`).
//! - `crash-notes`: names the plugins that were running when the process died
//!   ([`crash_notes::install`]).
//! - `in-flight`: lists the calls that are running, with their ages, and reports
//!   those that take too long (module `in_flight`).
//! - `watch`: watches directories, loads new plugins and reloads changed ones.
//! - `trust`: loads only the files that a `plugins.lock` approves, or that a trusted
//!   key signed ([`trust`]).
//! - `tracing`: spans and events of plugins with the feature `tracing` go to the
//!   host's subscriber (module `traces`). It also reports the events of a [`Live`]
//!   through the crate `tracing`, and with `trust` each decision on a file.
//! - `hot-library`: calls functions of plain C libraries by name, and reloads
//!   the libraries while they are in use ([`HotLibrary`]).
//! - `call-dynamic`: calls functions of C libraries by signatures that are
//!   known at run time. It compiles `libffi`, which needs a C compiler.
//! - `dynamic`: calls methods of interfaces that the host was not compiled with
//!   ([`PluginHandle::dynamic`]). It compiles `libffi` too.
//! - `process`: runs plugins in a process of their own, on Unix
//!   (`PluginManager::load_isolated`). It includes `dynamic`.
//! - `sandbox`: says what such plugins may do, on Linux (`process::Sandbox`). It
//!   includes `process`.
//! - `log`: plugins with the feature `log` write to the host's logger
//!   (module `logs`).
//! - `smol`: an executor of smol is an executor for the tasks of plugins.
//! - `tokio`: a runtime of tokio is one too.
//! - `tasks`: an executor runs the tasks of plugins (module `tasks`).
//!
//! For interfaces:
//!
//! - `anyhow`, `arrayvec`, `bytes`, `chrono`, `compact_str`, `http`, `indexmap`,
//!   `ordered-float`, `serde_json`, `smallvec`, `smol_str`, `time`, `url`, `uuid`:
//!   types of these crates can be passed ([`foreign`]).
//!
//! For plugins:
//!
//! - `config`: settings that a user writes in a `plugins.toml`, which the host
//!   checks before the plugin runs (`PluginConfig`).
//! - `log`: the records of the crate `log` come out of the host's logger.
//! - `tracing`: spans and events of the crate `tracing` go to the host's subscriber.
//! - `tokio`: a runtime of tokio of the plugin's own (`in_tokio`).
//! - `tasks`: runs futures and closures on the host's executor (`Tasks`).
//! - `serde`: saves and restores the [state](PluginState) of a plugin as a type
//!   that derives `Serialize` and `Deserialize` (module `state`).

#![warn(missing_debug_implementations)]
#![cfg_attr(docsrs, feature(doc_cfg))]

// Code of the macros refers to this crate by its path, also in this crate.
extern crate self as plugin_interface;

#[doc(hidden)]
pub mod __private;
mod greeter;
#[cfg(feature = "manager")]
mod host;
mod interface;
pub mod metadata;
#[cfg(feature = "serde")]
pub mod state;

pub use greeter::{Greeter, GreeterProxy, GreeterRegistration, GreeterVTable};
pub use interface::{HasProxy, Interface, PluginTrait};
#[cfg(feature = "config")]
pub use plugin_annotations::PluginConfig;
pub use plugin_annotations::{
    FfiSafe, async_impl, plugin_aggregates, plugin_impl, plugin_interface,
};
pub use plugin_interface_core::{
    BoxFuture, CallError, CheckedFuture, FfiSafe, LatestService, PanicLocation, PluginContext,
    PluginLifecycle, PluginState, Provide, RegistrationArray, RegistrationFactory, Serves, Service,
    ServiceError, Services, abi, boundary, foreign, system_allocator,
};
#[cfg(feature = "config")]
pub use plugin_interface_core::{ConfigValue, PluginConfig, SettingsError};
#[cfg(feature = "tokio")]
pub use plugin_interface_core::{InTokio, call_in_tokio, in_tokio};
#[cfg(feature = "tasks")]
pub use plugin_interface_core::{Interval, JoinError, JoinHandle, NoExecutor, Sleep, Tasks};

#[cfg(feature = "manager")]
use plugin_interface_core::{object, runtime};

/// Reports of hosts that `plugin-host dev` drives. Feature `manager`.
#[cfg(feature = "manager")]
#[doc(hidden)]
pub mod dev {
    pub use crate::host::dev_report::{BuildMark, DevReport, VARIABLE};
}

#[cfg(feature = "watch")]
#[doc(inline)]
pub use crate::plugins::Plugins;
#[cfg(feature = "manager")]
#[doc(inline)]
pub use crate::{
    error::{ErrorClass, LoadError},
    live::{Live, LiveGuard, LiveOptions},
    loading::{LoadPolicy, PluginHandle, PluginManager, Probe, inspect},
};

// Everything of the chapters is at the root too.
#[cfg(feature = "manager")]
#[doc(no_inline)]
pub use crate::{compare::*, error::*, live::*, loading::*, raw::*, unloading::*};
#[cfg(feature = "manager")]
#[doc(no_inline)]
pub use libloading;
#[cfg(feature = "watch")]
#[doc(no_inline)]
pub use {crate::plugins::*, crate::watch::*, crossbeam_channel};

#[cfg(feature = "configure")]
#[doc(no_inline)]
pub use crate::configuration::*;
#[cfg(all(feature = "tasks", feature = "manager"))]
#[doc(no_inline)]
pub use crate::tasks::*;
#[cfg(feature = "trust")]
#[doc(no_inline)]
pub use crate::trust::*;

#[cfg(feature = "hot-library")]
#[doc(inline)]
pub use crate::hot_library::HotLibrary;
#[cfg(feature = "hot-library")]
#[doc(no_inline)]
pub use crate::hot_library::*;

/// Calls whose types are known at run time. Features `dynamic` and `call-dynamic`.
#[cfg(any(feature = "dynamic", feature = "call-dynamic"))]
pub mod dynamic {
    #[cfg(feature = "dynamic")]
    #[doc = "**Feature `dynamic`.**"]
    pub use crate::host::{Answer, DynamicError, DynamicProxy, check_call};
    #[cfg(feature = "call-dynamic")]
    #[doc = "**Feature `call-dynamic`.**"]
    pub use crate::host::{Buffer, DynamicCallError, Signature, Value};
}

/// Plugins in a process of their own, on Unix. Feature `process`.
#[cfg(all(unix, feature = "process"))]
pub mod process {
    #[cfg(feature = "sandbox")]
    #[doc = "**Feature `sandbox`.**"]
    pub use crate::host::{Enforced, Enforcement, Sandbox};
    #[doc = "**Feature `process`.**"]
    pub use crate::host::{
        Isolated, IsolatedAnswer, IsolatedPlugin, Limits, Worker, WorkerError, serve_if_asked,
    };
}

/// Naming the plugins that were running when the process died. Feature `crash-notes`.
#[cfg(feature = "crash-notes")]
pub mod crash_notes {
    #[doc = "**Feature `crash-notes`.**"]
    pub use crate::host::crash_notes::install;
}

/// The calls that are running, and those that take too long. Feature `in-flight`.
#[cfg(feature = "in-flight")]
pub mod in_flight {
    #[doc = "**Feature `in-flight`.**"]
    pub use crate::host::in_flight::{CallInFlight, Watchdog, calls};
}

/// Finding, checking and loading plugins. Feature `manager`.
#[cfg(feature = "manager")]
pub mod loading {
    pub use crate::host::{
        BuiltFor, Copies, LifecycleState, LoadPolicy, PluginHandle, PluginManager, PolicyError,
        Probe, Rejected, ScanEntry, Stage, StageTimes, SystemSupport, built_for, describe_exit,
        end_with_parent, exported_symbols, inspect, inspect_bytes, stays_mapped, system_support,
    };
    pub use crate::metadata::PluginMetadata;
}

/// Plugins in tests, linked or built. Feature `manager`.
#[cfg(feature = "manager")]
pub mod testing {
    #[doc(inline)]
    pub use crate::__build_and_load as build_and_load;
    pub use crate::host::testing::linked;
}

/// Approving the exact files that load. Feature `trust`.
#[cfg(feature = "trust")]
pub mod trust {
    #[doc = "**Feature `trust`.**"]
    pub use crate::host::{
        FileTrust, KeyId, LockError, LockState, LockedInterface, LockedPlugin, PluginLock,
        Requirement, SignatureState, TrustException, TrustedKey, VerifiedFile, trusted_comment,
    };
}

/// The order and the settings of plugins. Feature `configure`.
#[cfg(feature = "configure")]
pub mod configuration {
    #[doc = "**Feature `configure`.**"]
    pub use crate::host::Configuration;
}

/// The errors of a load, an unload and a proxy, and their classes. Feature `manager`.
#[cfg(feature = "manager")]
pub mod error {
    pub use crate::host::{
        ConfigurationError, ErrorClass, HealthError, InspectError, LoadError, LockDifference,
        NeedStep, PluginPanic, ProxyError, Revocation, SignatureError, UnloadError,
    };
    pub use crate::metadata::MetadataError;
}

/// Records of plugins in the host's log. Features `log` and `manager`.
#[cfg(all(feature = "log", feature = "manager"))]
pub mod logs {
    #[doc = "**Feature `log`.**"]
    pub use crate::host::update_level;
}

/// Spans and events of plugins in the host's subscriber. Features `tracing` and
/// `manager`.
#[cfg(all(feature = "tracing", feature = "manager"))]
pub mod traces {
    #[doc = "**Feature `tracing`.**"]
    pub use crate::host::update_trace_level as update_level;
}

/// Replacing a plugin while it is in use. Feature `manager`.
#[cfg(feature = "manager")]
pub mod live {
    pub use crate::host::{
        Events, GuardHolder, Live, LiveEvent, LiveEvents, LiveGuard, LiveInterface, LiveOptions,
        ReloadError, ReloadOutcome,
    };
}

/// The executor for the tasks of plugins. Feature `tasks`.
#[cfg(all(feature = "tasks", feature = "manager"))]
pub mod tasks {
    #[doc = "**Feature `tasks`.**"]
    pub use crate::host::{Executor, ThreadPool};
}

/// The outcome of an unload, and the libraries that are still loaded. Feature `manager`.
#[cfg(feature = "manager")]
pub mod unloading {
    pub use crate::host::{RetainedLibrary, UnloadOutcome, retained};
}

/// Comparing two versions of an interface. Feature `manager`.
#[cfg(feature = "manager")]
pub mod compare {
    pub use crate::host::{InterfaceChange, Mismatch, RequiredBump, replacement_errors};
}

/// Registrations and counters of a library that the caller opened. Feature `manager`.
#[cfg(feature = "manager")]
pub mod raw {
    // Hidden like the other generated items, except for those who look for them.
    #[doc(inline)]
    pub use crate::greeter::{load_greeter_from_lib, unload_greeter};
    pub use crate::host::{get_unmaker_counter, get_unmaker_counter_for};
}

/// All plugins of a directory, kept up to date. Feature `watch`.
#[cfg(feature = "watch")]
pub mod plugins {
    #[doc = "**Feature `watch`.**"]
    pub use crate::host::{
        ListedPlugin, Plugin, PluginCounts, PluginEvent, PluginStanding, Plugins, PluginsOptions,
    };
}

/// Watching directories for plugins. Feature `watch`.
#[cfg(feature = "watch")]
pub mod watch {
    #[doc = "**Feature `watch`.**"]
    pub use crate::host::{
        ManagerNotification, RetryHandle, WatchError, WatchEvent, WatchNotification, WatchOptions,
        check_watch_events,
    };
}

/// Plain C libraries by the names of their functions. Feature `hot-library`.
#[cfg(feature = "hot-library")]
pub mod hot_library {
    #[cfg(feature = "watch")]
    #[doc = "**Features `hot-library` and `watch`.**"]
    pub use crate::host::HotWatch;
    #[doc = "**Feature `hot-library`.**"]
    pub use crate::host::{
        CFunction, ChangeDetection, FunctionGuard, HotError, HotEvent, HotFunction, HotFunctions,
        HotLibrary, HotOptions, HotReload, HotVersion, NotDefined,
    };
}
