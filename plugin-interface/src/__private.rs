//! What generated code names. Nothing here is for use by hand.

pub use plugin_interface_core::__private::*;

#[cfg(feature = "manager")]
pub use crate::host::raw::{load_from_lib, unload};
#[cfg(feature = "manager")]
pub use crate::host::snapshot::assert_snapshot;

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

/// Says why there is no such macro: this build has no host side.
#[cfg(not(feature = "manager"))]
#[macro_export]
#[doc(hidden)]
macro_rules! assert_snapshot {
    ($($arguments:tt)*) => {
        $crate::__private::core::compile_error!(
            "assert_snapshot! needs the feature `manager` of plugin-interface: name it under [dev-dependencies]"
        )
    };
}
