//! Trust: the exact files that a host approved, and those who signed them.
//!
//! `lock` has the content of a `plugins.lock`, `read` and `write` its text.
//! `approve` makes one, and `verify` compares it with files. `keys` has the keys that a host trusts,
//! `signature` the file beside a library, and `comment` what the signer says of
//! it. `gate` is the part of a policy that each load passes, `loaded` what it takes
//! down for later revocations, and `decided` the event of what it decided.

mod approve;
pub(crate) mod comment;
#[cfg(feature = "tracing")]
pub(crate) mod decided;
pub(crate) mod error;
pub(crate) mod exception;
pub(crate) mod gate;
pub(crate) mod keys;
pub(crate) mod loaded;
pub(crate) mod lock;
pub(crate) mod minisign;
mod policy;
mod read;
pub(crate) mod requirement;
mod revocations;
mod signature;
mod small_file;
pub(crate) mod state;
mod text;
pub(crate) mod verify;
mod write;
