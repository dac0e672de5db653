//! The comparison of two interfaces: their compatibility, their differences, and
//! the version that these require.

pub(crate) mod additions;
#[cfg(test)]
mod cases;
pub(crate) mod diff;
pub(crate) mod fit;
mod growing;
pub(crate) mod mismatch;
pub(crate) mod pairs;
pub(crate) mod snapshot;
pub(crate) mod version;
pub(crate) mod version_check;
