//! What a plugin links, and a host too: layouts, boundary types, metadata, and
//! the runtime within each library.
//!
//! It is a crate of its own so that it compiles beside the macros, which
//! `plugin-interface` has to wait for. Users depend on `plugin-interface`,
//! which gives out all of this that is public.

#[doc(hidden)]
pub mod __private;
pub mod abi;
pub mod boundary;
#[doc(hidden)]
pub mod interface;
pub mod metadata;
#[doc(hidden)]
pub mod object;
#[doc(hidden)]
pub mod runtime;

pub use crate::object::call_error::CallError;
pub use crate::runtime::panic_location::PanicLocation;
pub use abi::{RegistrationArray, RegistrationFactory};
pub use boundary::{BoxFuture, FfiSafe};
pub use interface::Interface;
pub use runtime::context::PluginContext;
pub use runtime::state::PluginState;
