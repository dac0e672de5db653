//! What a plugin says when it is asked for its health.

use core::fmt;
use std::error::Error;

use super::debug::debug_as_message;

/// Why a plugin is not healthy.
///
/// ```
/// let error = plugin_interface::HealthError::InUse { name: "Tally".into() };
/// assert!(error.to_string().contains("Tally"));
/// ```
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HealthError {
    /// The plugin says that it does not work.
    #[error("{name} is not healthy: {message}")]
    Unhealthy {
        /// The registration.
        name: String,
        /// What it says.
        message: String,
    },
    /// The plugin panicked when it was asked.
    #[error("{name} panicked when it was asked for its health: {message}")]
    Panicked {
        /// The registration.
        name: String,
        /// The panic's message.
        message: String,
    },
    /// Somebody has its only proxy, of an interface with `&mut self`.
    #[error(
        "{name} cannot be asked for its health while a proxy of it exists, since its interface has a method with `&mut self`; drop the proxy first"
    )]
    InUse {
        /// The registration.
        name: String,
    },
}

debug_as_message!(HealthError);
