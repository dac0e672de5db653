//! The stages of a load, and their order in [`pipeline`]. Each stage has its own
//! errors.

pub(crate) mod admit;
pub(crate) mod built_for;
pub(crate) mod check;
mod check_elf;
#[cfg(feature = "hot-library")]
pub(crate) mod check_plain;
mod child_output;
pub(crate) mod companions;
pub(crate) mod decided;
pub(crate) mod disabled;
pub(crate) mod discover;
mod exports;
mod headers;
pub(crate) mod host_context;
pub(crate) mod layers;
pub(crate) mod linked;
mod links;
pub(crate) mod make;
mod named_functions;
pub(crate) mod needs;
pub(crate) mod open;
pub(crate) mod pipeline;
pub(crate) mod plugins;
pub(crate) mod policy;
pub(crate) mod probe;
pub(crate) mod regular;
pub(crate) mod replacement;
pub(crate) mod settle;
mod subject;
pub(crate) mod timings;
#[cfg(all(unix, feature = "process"))]
mod told;
mod universal;
