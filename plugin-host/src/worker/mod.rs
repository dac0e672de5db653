//! The child process: one library is driven or probed there, so that a plugin
//! that crashes takes no other one down.

pub(crate) mod drive;
pub(crate) mod greeting;
pub(crate) mod isolate;
pub(crate) mod probe;
