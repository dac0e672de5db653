//! How things are measured, whatever they are.

pub mod callgrind;
pub mod child;
pub mod echo;
pub mod memory;
pub mod plugins;
pub mod ring;
pub mod rounds;
pub mod statistics;
