//! One library in memory, from the moment it is open until it is unmapped.

pub(crate) mod instance;
pub(crate) mod loaded;
pub(crate) mod mapped;
pub(crate) mod outcome;
pub(crate) mod symbols;
pub(crate) mod unmap;
