//! Two interfaces beside each other: are they compatible, what differs, and what
//! that means for a version.

pub(crate) mod additions;
pub(crate) mod diff;
pub(crate) mod fit;
pub(crate) mod mismatch;
pub(crate) mod snapshot;
pub(crate) mod version;
pub(crate) mod version_check;
