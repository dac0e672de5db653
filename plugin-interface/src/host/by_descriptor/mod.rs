//! Calls of methods whose interface the host was not compiled with.
//!
//! The descriptor in a library's metadata says the types of each method, and
//! `metadata::layout` says how each lies in memory. `pack` and `references` write
//! the arguments by it, `invoke` calls, `read` reads what came back, and `release`
//! frees it. `forms` and `numbers` have what JSON makes of the types of the standard
//! library. `answered` is a plugin that is elsewhere: `closure` makes its methods by the
//! layouts, and `transfer` makes bytes of what they take.

#[cfg(all(unix, feature = "process"))]
mod answered;
#[cfg(all(unix, feature = "process"))]
mod answered_type;
#[cfg(all(test, unix, feature = "process"))]
mod answering;
mod call;
mod callee;
#[cfg(all(unix, feature = "process"))]
mod closure;
#[cfg(test)]
mod convention;
#[cfg(all(test, unix, feature = "process"))]
mod descending;
#[cfg(test)]
mod described;
mod error;
mod ffi_type;
mod forms;
mod instance;
mod invoke;
#[cfg(all(unix, feature = "process"))]
mod kept;
mod memory;
mod numbers;
#[cfg(all(unix, feature = "process"))]
mod own_library;
mod owned_object;
mod pack;
mod proxy;
mod read;
mod references;
mod refusal;
mod release;
#[cfg(all(unix, feature = "process"))]
mod services;
mod supported;
#[cfg(all(unix, feature = "process"))]
mod transfer;
#[cfg(all(unix, feature = "process"))]
mod waker;
mod wire;

#[cfg(all(unix, feature = "process"))]
pub(crate) use answered::{Answered, serve};
pub use callee::check_call;
pub use error::DynamicError;
#[cfg(all(unix, feature = "process"))]
pub(crate) use proxy::arguments;
pub use proxy::{Answer, DynamicProxy};
#[cfg(all(unix, feature = "process"))]
pub(crate) use services::{HostServices, ServiceHandle, export_service};
#[cfg(all(unix, feature = "process"))]
pub(crate) use transfer::{
    Apart, Exports, HEAD, Handle, LONGEST, MOST_APART, Outgoing, Peer, PeerAnswer, RELEASE,
    Received, Reply, Unsent, WAKE, call_and_forget, call_elsewhere, is_shareable, keep_buffer,
    take_buffer, too_long,
};
