//! The items that generated code uses. They are not for direct use.

pub use plugin_annotations::{async_impl as async_trait, generate};
pub use plugin_interface_core::__private::*;

#[cfg(feature = "manager")]
pub use crate::host::raw::{load_from_lib, unload};
#[cfg(feature = "manager")]
pub use crate::host::snapshot::assert_snapshot;
#[cfg(feature = "manager")]
pub use crate::host::testing::build_and_load;

/// Expands to the code of a macro, which names this crate and no other.
///
/// The unsafe code of the macros relies on the functions here. So the word is
/// written here, beside their path.
#[macro_export]
#[doc(hidden)]
macro_rules! __generate {
    ($($request:tt)*) => {
        $crate::__private::generate! { unsafe $crate $($request)* }
    };
}

/// Expands to items that only a host needs.
#[cfg(feature = "manager")]
#[macro_export]
#[doc(hidden)]
macro_rules! __host_only {
    ($($item:item)*) => { $($item)* };
}

/// Expands to nothing: this build is not for a host.
#[cfg(not(feature = "manager"))]
#[macro_export]
#[doc(hidden)]
macro_rules! __host_only {
    ($($item:item)*) => {};
}

/// Reports that a macro is not available: this build is not for a host.
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
