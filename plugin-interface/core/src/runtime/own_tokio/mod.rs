//! A runtime of tokio of the plugin's own, for what needs one.

mod future;
mod pollers;
mod runtime;

pub use future::{InTokio, begin, call_in_tokio, end, in_tokio};
