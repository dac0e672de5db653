//! The error of asking for a proxy.

use core::fmt;
use std::error::Error;

use super::debug::debug_as_message;
use crate::host::compare::mismatch::Mismatch;

/// The error of asking for a proxy.
///
/// ```
/// let error = plugin_interface::ProxyError::Taken { name: "Tally".into() };
/// assert!(error.to_string().contains("Tally"));
/// ```
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProxyError {
    /// The registration is of another interface.
    #[error("{name} implements {found}, not {wanted}")]
    OtherInterface {
        /// The registration.
        name: String,
        /// The interface that was asked for.
        wanted: String,
        /// Its interface.
        found: String,
    },
    /// The plugin was built against an incompatible version of the interface.
    #[error("{name}: {mismatch}")]
    Mismatch {
        /// The registration.
        name: String,
        /// The difference.
        mismatch: Box<Mismatch>,
    },
    /// The plugin's vtable is longer or shorter than its interface.
    #[error(
        "{name}: expected a vtable of {expected} methods, found {found}; build the plugin again"
    )]
    VTable {
        /// The registration.
        name: String,
        /// The methods of the interface.
        expected: usize,
        /// The methods of the vtable.
        found: usize,
    },
    /// A proxy exists, and the interface allows one at a time: it has a method
    /// with `&mut self`, or is not `Sync`.
    #[error(
        "{name} has a proxy already, and its interface allows one at a time; drop that one first"
    )]
    Taken {
        /// The registration.
        name: String,
    },
}

debug_as_message!(ProxyError);
