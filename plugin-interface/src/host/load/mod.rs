//! The stages of a load, in their order. Nothing of a library runs before
//! `open`; each stage has its own errors.
//!
//! discover → settle → copy → check → admit → probe → open (and connect) → make

pub(crate) mod admit;
pub(crate) mod check;
mod check_elf;
#[cfg(feature = "hot-library")]
pub(crate) mod check_plain;
mod child_output;
pub(crate) mod discover;
pub(crate) mod make;
pub(crate) mod open;
pub(crate) mod policy;
pub(crate) mod probe;
pub(crate) mod settle;
pub(crate) mod timings;
