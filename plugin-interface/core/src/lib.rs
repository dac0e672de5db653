//! The part of `plugin-interface` that every plugin links: layouts, boundary
//! types, metadata, and the runtime of each library.
//!
//! Depend on `plugin-interface` instead. It re-exports the public items of this
//! crate, and the macros expect them there.
//!
//! # Reason for a crate of its own
//!
//! Cargo can compile this crate and the macros at the same time. If its code
//! were in `plugin-interface`, it would have to wait for the macros, and each
//! clean build of a plugin would take longer. `serde_core` is separate from
//! `serde` for the same reason.
//!
//! # Modules
//!
//! - [`abi`]: the `#[repr(C)]` layouts that a host and a plugin exchange.
//! - [`boundary`]: the types that can be passed, and their conversions.
//! - [`metadata`]: the records by which a host knows a library before it runs.
//! - `object`: instances of other libraries, as proxies call them.
//! - `runtime`: the entry, the factories, and the panic handling of a library.

#[cfg(not(target_pointer_width = "64"))]
compile_error!(
    "plugin-interface supports 64-bit systems only: the layouts that a host and its plugins \
     exchange are those of 64-bit pointers; compile for a 64-bit target"
);

#[doc(hidden)]
pub mod __private;
pub mod abi;
pub mod boundary;
#[cfg(feature = "config")]
pub mod config;
pub mod foreign;
#[doc(hidden)]
pub mod interface;
pub mod metadata;
#[doc(hidden)]
pub mod object;
#[doc(hidden)]
pub mod runtime;

pub use crate::object::call_error::CallError;
pub use crate::object::checked_future::CheckedFuture;
pub use crate::runtime::panic_location::PanicLocation;
pub use abi::{RegistrationArray, RegistrationFactory};
pub use boundary::{BoxFuture, FfiSafe};
#[cfg(feature = "config")]
pub use config::{ConfigValue, PluginConfig, SettingsError};
pub use interface::{HasProxy, Interface};
pub use runtime::context::PluginContext;
pub use runtime::latest_service::LatestService;
pub use runtime::lifecycle::PluginLifecycle;
#[cfg(feature = "tokio")]
pub use runtime::own_tokio::{InTokio, call_in_tokio, in_tokio};
pub use runtime::provide::Provide;
pub use runtime::serves::Serves;
pub use runtime::services::{Service, ServiceError, Services};
pub use runtime::state::PluginState;
#[cfg(feature = "tasks")]
pub use runtime::tasks::{Interval, JoinError, JoinHandle, NoExecutor, Sleep, Tasks};
