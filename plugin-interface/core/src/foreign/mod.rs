//! Types of other crates, each behind the feature with the name of its crate.
//!
//! Each is passed as another type, which `foreign.md` states. So two libraries may
//! use different versions of the crate, if both pass its type alike.
//!
#![doc = include_str!("foreign.md")]

#[cfg(feature = "anyhow")]
mod anyhow;
#[cfg(feature = "arrayvec")]
mod arrayvec;
#[cfg(feature = "bytes")]
mod bytes;
#[cfg(feature = "chrono")]
mod chrono;
#[cfg(feature = "compact_str")]
mod compact_str;
#[cfg(feature = "http")]
mod http;
#[cfg(feature = "indexmap")]
mod indexmap;
#[cfg(feature = "ordered-float")]
mod ordered_float;
#[cfg(feature = "serde_json")]
mod serde_json;
#[cfg(feature = "smallvec")]
mod smallvec;
#[cfg(feature = "smol_str")]
mod smol_str;
#[cfg(feature = "time")]
mod time;
#[cfg(feature = "url")]
mod url;
#[cfg(feature = "uuid")]
mod uuid;
