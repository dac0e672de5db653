//! What a library says of itself, readable without running it.
//!
//! The macros leave records in a section named `.plugin`
//! ([`SECTION`]), complete at compile time. `write` encodes them in `const
//! fn`s, `read` decodes them on the host. The format is in `docs/abi.md`.

pub(crate) mod describe;
#[cfg(feature = "manager")]
pub(crate) mod read;
#[cfg(feature = "manager")]
pub mod syntax;
pub(crate) mod write;

pub use describe::{InterfaceDescription, MethodDescription, ParameterDescription, Receiver};
#[cfg(feature = "manager")]
pub use read::{
    InterfaceMetadata, MetadataError, MethodMetadata, PackageMetadata, PluginMetadata,
    RegistrationMetadata, TypeMetadata,
};

/// The section of a library that holds its records.
///
/// ```
/// assert_eq!(plugin_interface::metadata::SECTION, ".plugin");
/// ```
pub const SECTION: &str = ".plugin";

/// The first bytes of every record; the last one is the format's version.
pub(crate) const MAGIC: [u8; 8] = *b"PLUGIN\x00\x01";

/// The kinds of records.
pub(crate) mod kind {
    pub(crate) const PACKAGE: u32 = 1;
    pub(crate) const INTERFACE: u32 = 2;
    pub(crate) const REGISTRATION: u32 = 3;
}

/// The flags of records.
pub(crate) mod flag {
    /// Of a package: a panic can be contained.
    pub(crate) const UNWINDS: u32 = 1;
    /// Of a package: a Rust compiler checked the types of all values.
    pub(crate) const RUST: u32 = 2;
    /// Of an interface: its instances are `Send`.
    pub(crate) const SEND: u32 = 1;
    /// Of an interface: its instances are `Sync`.
    pub(crate) const SYNC: u32 = 2;
}
