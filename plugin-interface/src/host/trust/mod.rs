//! Trust: the exact files that a host approved.
//!
//! `lock` has the content of a `plugins.lock`, `read` and `write` its text, and
//! `verify` compares it with files. `gate` is the part of a policy that each load
//! passes.

pub(crate) mod error;
pub(crate) mod gate;
pub(crate) mod lock;
mod policy;
mod read;
mod text;
pub(crate) mod verify;
mod write;
