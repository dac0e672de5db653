//! Objects: values that stay in their library, and are called from others.

pub(crate) mod builtin;
pub(crate) mod closure;
pub(crate) mod dyn_borrow;
pub(crate) mod dyn_owner;
pub(crate) mod dyn_trait;
pub(crate) mod future;
pub(crate) mod items_of_self;
pub(crate) mod iterator;
pub(crate) mod lending_closure;
pub(crate) mod place;
pub(crate) mod pointee;
pub(crate) mod remote_waker;
pub(crate) mod returned_borrow;
pub(crate) mod served;
pub(crate) mod slot;
pub(crate) mod storage;
pub(crate) mod stream;
pub(crate) mod waker;
