//! The errors of a load, a proxy and an unload, and the stages they name.

mod class;
mod configuration;
mod debug;
mod facts;
mod health;
pub(crate) mod inspect;
mod load;
mod load_texts;
mod lock_difference;
mod need_step;
mod proxy;
mod revocation;
mod signature;
pub(crate) mod stage;
#[cfg(test)]
mod texts;
mod unload;

pub use class::ErrorClass;
pub use configuration::ConfigurationError;
pub(crate) use debug::debug_as_message;
#[cfg(feature = "watch")]
pub(crate) use facts::Retry;
pub use health::HealthError;
pub use inspect::InspectError;
pub use load::LoadError;
pub(crate) use load_texts::linker_message;
pub use lock_difference::LockDifference;
pub use need_step::NeedStep;
pub use proxy::ProxyError;
pub use revocation::Revocation;
pub use signature::SignatureError;
pub use unload::UnloadError;
