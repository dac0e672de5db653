//! The metadata of a library, readable without running the library.
//!
//! The macros put records into a section named `.plugin` ([`SECTION`]). They are
//! complete at compile time: `plugin-interface-core` encodes them in `const fn`s,
//! and [`PluginMetadata`] decodes them in the host. `docs/abi.md` describes the
//! format.

#[cfg(feature = "manager")]
pub(crate) mod decode;
#[cfg(feature = "manager")]
mod error;
#[cfg(feature = "manager")]
mod input;
#[cfg(feature = "manager")]
pub mod layout;
#[cfg(feature = "manager")]
mod model;
#[cfg(all(unix, feature = "process"))]
pub(crate) mod object_syntax;
#[cfg(feature = "manager")]
mod setting_model;
#[cfg(feature = "manager")]
mod settings;
#[cfg(feature = "manager")]
pub mod signature;
#[cfg(feature = "manager")]
mod written;

#[cfg(feature = "manager")]
pub use crate::metadata::error::MetadataError;
#[cfg(feature = "manager")]
pub use crate::metadata::model::{
    InterfaceMetadata, LaterField, MethodMetadata, PackageMetadata, PluginMetadata, Reference,
    RegistrationMetadata, TypeMetadata,
};
#[cfg(feature = "manager")]
pub use crate::metadata::setting_model::{
    ChoiceMetadata, SettingKind, SettingMetadata, SettingsMetadata,
};
#[cfg(feature = "manager")]
pub use crate::metadata::written::as_written;
pub use plugin_interface_core::metadata::{
    InterfaceDescription, MethodDescription, ParameterDescription, Receiver, SECTION,
};
