//! Calls of methods whose interface the host was not compiled with.
//!
//! The descriptor in a library's metadata says the types of each method, and
//! `metadata::layout` says how each lies in memory. `pack` and `references` write
//! the arguments by it, `invoke` calls, `read` reads what came back, and `release`
//! frees it. `answered` does it the other way round, for a proxy whose plugin is
//! elsewhere: `closure` makes its methods by the layouts. `forms` and `numbers` have
//! what JSON makes of the types of the standard library.

#[cfg(all(unix, feature = "process"))]
mod answered;
#[cfg(all(test, unix, feature = "process"))]
mod answering;
mod call;
mod callee;
#[cfg(all(unix, feature = "process"))]
mod closure;
#[cfg(test)]
mod convention;
mod error;
#[cfg(all(unix, feature = "process"))]
mod expected;
mod ffi_type;
mod forms;
mod instance;
mod invoke;
mod kept;
mod memory;
mod numbers;
mod owned_object;
mod pack;
mod proxy;
mod read;
mod references;
mod refusal;
mod release;
mod supported;
mod wire;

#[cfg(all(unix, feature = "process"))]
pub(crate) use answered::{Answered, Reply};
pub use callee::check_call;
#[cfg(all(unix, feature = "process"))]
pub(crate) use callee::check_values;
pub use error::DynamicError;
#[cfg(all(unix, feature = "process"))]
pub(crate) use proxy::arguments;
pub use proxy::{Answer, DynamicProxy};
