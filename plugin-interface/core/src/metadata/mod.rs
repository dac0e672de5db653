//! The metadata of a library, which a host reads without running it.
//!
//! The macros put records into a section named `.plugin` ([`SECTION`]). They
//! are complete at compile time: `encode` writes them in `const fn`s, and the
//! host decodes them. `docs/abi.md` describes the format.

#[doc(hidden)]
pub mod encode;

mod copy;
mod description;
mod descriptor;
mod digest;
mod objects;
mod same;
#[cfg(feature = "config")]
pub(crate) mod settings;
#[doc(hidden)]
pub mod told;
mod writer;

pub use crate::metadata::description::{
    InterfaceDescription, MethodDescription, ParameterDescription, Receiver,
};
pub(crate) use crate::metadata::descriptor::method_hashes;
pub(crate) use crate::metadata::objects::Interfaces;
pub(crate) use crate::metadata::same::is_same;
pub(crate) use crate::metadata::writer::Writer;

/// The section of a library that contains its records.
///
/// ```
/// assert_eq!(plugin_interface::metadata::SECTION, ".plugin");
/// ```
pub const SECTION: &str = ".plugin";

/// The target that this crate was compiled for.
#[doc(hidden)]
pub const TARGET: &str = env!("PLUGIN_TARGET");

/// The first bytes of every record; the last one is the format's version.
#[doc(hidden)]
pub const MAGIC: [u8; 8] = *b"PLUGIN\x00\x01";

/// The bit that marks the number of an interface among those of types.
#[doc(hidden)]
pub const OBJECT: u16 = 0x8000;

/// The kinds of records.
#[doc(hidden)]
pub mod kind {
    pub const PACKAGE: u32 = 1;
    pub const INTERFACE: u32 = 2;
    pub const REGISTRATION: u32 = 3;
    pub const SETTINGS: u32 = 4;
    pub const NEED: u32 = 5;
    pub const PROVIDED: u32 = 6;
    pub const ABILITIES: u32 = 7;
}

/// The kinds of settings.
#[doc(hidden)]
pub mod setting {
    pub const BOOL: u32 = 1;
    pub const INTEGER: u32 = 2;
    pub const FLOAT: u32 = 3;
    pub const TEXT: u32 = 4;
    pub const PATH: u32 = 5;
    pub const CHOICE: u32 = 6;
    pub const LIST: u32 = 7;
    pub const MAP: u32 = 8;
    pub const OPTIONAL: u32 = 9;
    pub const TABLE: u32 = 10;
}

/// The flags of records.
#[doc(hidden)]
pub mod flag {
    /// Of a package: a panic can be contained.
    pub const UNWINDS: u32 = 1;
    /// Of a package: a Rust compiler checked the types of all values.
    pub const RUST: u32 = 2;
    /// Of an interface: its instances are `Send`.
    pub const SEND: u32 = 1;
    /// Of an interface: its instances are `Sync`.
    pub const SYNC: u32 = 2;
    /// Of an interface: a list of the structs that grow follows its types.
    pub const GROWS: u32 = 4;
    /// Of a registration: a new version receives its state.
    pub const KEEPS_STATE: u32 = 1;
    /// Of a registration: the host starts and stops it.
    pub const HAS_LIFECYCLE: u32 = 2;
}
