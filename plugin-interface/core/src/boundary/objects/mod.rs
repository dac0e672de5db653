//! Objects that stay where they were created, and are called from elsewhere.

pub(crate) mod builtin;
pub(crate) mod closure;
pub(crate) mod dyn_trait;
pub(crate) mod future;
pub(crate) mod iterator;
pub(crate) mod pointee;
pub(crate) mod storage;
pub(crate) mod waker;
