//! The errors of a load, a proxy and an unload, and the stages they name.

mod class;
mod debug;
mod facts;
pub(crate) mod inspect;
mod load;
mod proxy;
pub(crate) mod stage;
#[cfg(test)]
mod texts;
mod unload;

pub use class::ErrorClass;
pub(crate) use debug::debug_as_message;
#[cfg(feature = "watch")]
pub(crate) use facts::Retry;
pub use inspect::InspectError;
pub(crate) use load::linker_message;
pub use load::{LoadError, LockDifference};
pub use proxy::ProxyError;
pub use unload::UnloadError;
