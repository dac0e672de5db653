//! The stages of a load, in their order. Nothing of a library runs before
//! `open`; each stage has its own errors.
//!
//! discover → settle → copy → check → admit → probe → open (and connect) → make

pub(crate) mod admit;
pub(crate) mod check;
pub(crate) mod copy;
pub(crate) mod discover;
mod ear;
mod elf;
mod extents;
pub(crate) mod make;
pub(crate) mod open;
pub(crate) mod pages;
#[cfg(feature = "hot-library")]
pub(crate) mod plain;
pub(crate) mod probe;
pub(crate) mod same;
pub(crate) mod settle;
pub(crate) mod times;
