//! One library in memory, from the moment it is open until it is unmapped.

pub(crate) mod brought;
pub(crate) mod ending;
pub(crate) mod handlers;
mod holders;
pub(crate) mod instance;
pub(crate) mod lifecycle;
pub(crate) mod loaded;
pub(crate) mod mapped;
pub(crate) mod outcome;
pub(crate) mod own_threads;
pub(crate) mod pace;
pub(crate) mod reasons;
pub(crate) mod symbols;
pub(crate) mod unique;
pub(crate) mod unmap;
