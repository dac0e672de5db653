//! The errors of a load, a proxy and an unload, and the stages they name.

mod load;
pub(crate) mod stage;

pub(crate) use load::debug_as_message;
pub use load::{LoadError, ProxyError, UnloadError};
