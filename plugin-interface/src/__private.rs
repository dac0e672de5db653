//! What generated code names. Nothing here is for use by hand.

pub use plugin_interface_core::__private::*;

#[cfg(feature = "manager")]
pub use crate::host::raw::{load_from_lib, unload};

/// Emits items that only a host needs.
#[cfg(feature = "manager")]
#[macro_export]
#[doc(hidden)]
macro_rules! __host_only {
    ($($item:item)*) => { $($item)* };
}

/// Emits nothing: this build has no host side.
#[cfg(not(feature = "manager"))]
#[macro_export]
#[doc(hidden)]
macro_rules! __host_only {
    ($($item:item)*) => {};
}
