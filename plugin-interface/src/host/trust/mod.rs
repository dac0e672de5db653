//! Trust: the exact files that a host approved, and those who signed them.
//!
//! `lock` has the content of a `plugins.lock`, `read` and `write` its text.
//! `approve` makes one, and `verify` compares it with files. `keys` has the keys
//! that a host trusts, `signature` the file beside a library, and `comment` what
//! the signer says of it. `library_file` describes a file without loading it, with its
//! `digests`.
//!
//! `gate` is the part of a policy that each load passes, and `decided` the event of
//! what it decided. `loaded` is what it takes down for later revocations, of which
//! `revoked_later` tells.

mod approve;
pub(crate) mod comment;
#[cfg(feature = "tracing")]
pub(crate) mod decided;
mod digests;
pub(crate) mod error;
pub(crate) mod exception;
pub(crate) mod gate;
pub(crate) mod keys;
mod library_file;
pub(crate) mod loaded;
pub(crate) mod lock;
pub(crate) mod minisign;
mod policy;
mod read;
pub(crate) mod requirement;
mod revocations;
#[cfg(feature = "hot-library")]
pub(crate) mod revoked_later;
mod signature;
mod small_file;
pub(crate) mod state;
mod text;
pub(crate) mod verify;
mod write;
