//! What a library says of itself, readable without running it.
//!
//! The macros leave records in a section named `.plugin`
//! ([`SECTION`]), complete at compile time. `plugin-interface-core` encodes them
//! in `const fn`s, `read` decodes them on the host. The format is in
//! `docs/abi.md`.

#[cfg(feature = "manager")]
pub(crate) mod decode;
#[cfg(feature = "manager")]
pub mod signature;

#[cfg(feature = "manager")]
pub use crate::metadata::decode::{
    InterfaceMetadata, MetadataError, MethodMetadata, PackageMetadata, PluginMetadata,
    RegistrationMetadata, TypeMetadata,
};
pub use plugin_interface_core::metadata::{
    InterfaceDescription, MethodDescription, ParameterDescription, Receiver, SECTION,
};
