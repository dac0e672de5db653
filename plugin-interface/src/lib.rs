//! Plugins for Rust: ordinary traits, implemented in dynamic libraries, called
//! at the price of a `dyn` call, and given back to the last byte.
//!
//! An **interface** is a trait under [`#[plugin_interface]`](macro@plugin_interface).
//! A **plugin** is an impl of it under [`#[plugin_impl]`](macro@plugin_impl), in a
//! `cdylib` whose root says [`#[plugin_aggregates]`](macro@plugin_aggregates)
//! once for each interface. A **host** loads it through a [`PluginManager`].
//!
//! ```
//! use plugin_interface::{Greeter, plugin_aggregates, plugin_impl};
//!
//! #[plugin_aggregates(Greeter)]
//! mod plugin {}
//!
//! #[derive(Default)]
//! pub struct English;
//!
//! #[plugin_impl(Greeter)]
//! impl Greeter for English {
//!     fn name(&self) -> &str {
//!         "english"
//!     }
//!
//!     fn greet(&self, target: &str) -> String {
//!         format!("Hello, {target}!")
//!     }
//! }
//! # fn main() {}
//! ```
//!
//! The host asks for the interface and gets its typed proxies:
//!
//! ```no_run
//! # #[cfg(feature = "manager")]
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use plugin_interface::{Greeter, PluginManager};
//!
//! let mut manager = PluginManager::new();
//! for greeter in manager.load::<dyn Greeter>("plugins")? {
//!     println!("{}", greeter.greet("world"));
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
//! Interfaces may grow: `version` and `#[since]` of
//! [`#[plugin_interface]`](macro@plugin_interface) say how. In the crate that
//! defines one, a test of one line says when it changed without its version:
//!
//! ```
//! # #[cfg(feature = "manager")]
//! plugin_interface::assert_snapshot!(dyn plugin_interface::Greeter, "snapshots/Greeter.txt");
//! ```
//!
//! What may cross is in [`boundary`], what lies in memory in [`abi`]. A plugin
//! runs in the host's process: its panics are contained, but nothing survives
//! one that aborts, overflows its stack or writes through a wild pointer.
//!
//! # Features
//!
//! - `manager` (default): the host side. A plugin that turns default features
//!   off compiles no loader.
//! - `hot-library`: plain libraries of C, called by the names of their functions
//!   and replaced while they are in use: [`HotLibrary`].
//! - `call-dynamic`: their functions by signatures that are known at run time;
//!   compiles `libffi`, which needs a compiler of C.
//! - `serde`: for plugins, their [state](PluginState) by types that derive
//!   `Serialize` and `Deserialize`: the module `state`.
//! - `tracing`: what happens to the versions of a `Live` is told by events of
//!   the crate `tracing` too.
//! - `watch`: a manager that watches directories, and loads and replaces what
//!   changes in them.

// The macros name this crate by its path; so does its own use of them.
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
pub use interface::{Interface, PluginTrait};
pub use plugin_annotations::{FfiSafe, plugin_aggregates, plugin_impl, plugin_interface};
pub use plugin_interface_core::{
    BoxFuture, CallError, FfiSafe, PanicLocation, PluginContext, PluginState, RegistrationArray,
    RegistrationFactory, abi, boundary, system_allocator,
};

#[cfg(feature = "manager")]
use plugin_interface_core::{object, runtime};

#[cfg(feature = "watch")]
pub use {
    crossbeam_channel,
    host::{ManagerNotification, WatchError, WatchEvent, WatchNotification, WatchOptions},
};
#[cfg(feature = "manager")]
pub use {
    greeter::{load_greeter_from_lib, unload_greeter},
    host::{
        ErrorClass, GuardHolder, InspectError, InterfaceChange, Live, LiveEvent, LiveEvents,
        LiveGuard, LiveInterface, LiveOptions, LoadError, LoadPolicy, Mismatch, PluginHandle,
        PluginManager, PolicyError, Probe, ProxyError, Rejected, ReloadError, ReloadOutcome,
        RequiredBump, RetainedLibrary, ScanEntry, Stage, StageTimes, UnloadError, UnloadOutcome,
        describe_exit, end_with_parent, exported_symbols, get_unmaker_counter,
        get_unmaker_counter_for, inspect, inspect_bytes, retained,
    },
    libloading,
    metadata::{MetadataError, PluginMetadata},
};

#[cfg(all(feature = "hot-library", feature = "watch"))]
pub use host::HotWatch;
#[cfg(feature = "call-dynamic")]
pub use host::dynamic;
#[cfg(feature = "hot-library")]
pub use host::{
    CFunction, ChangeDetection, FunctionGuard, HotError, HotEvent, HotFunction, HotFunctions,
    HotLibrary, HotOptions, HotReload, HotVersion, NotDefined,
};
