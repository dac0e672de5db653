//! The plugin's side: what is linked into each library.

pub(crate) mod allocator;
pub(crate) mod call;
pub(crate) mod context;
pub(crate) mod entry;
pub(crate) mod failure;
pub(crate) mod home;
pub(crate) mod panic_hook;
pub(crate) mod place;
pub(crate) mod register;
pub(crate) mod state;
#[cfg(thread_exits = "caught")]
pub(crate) mod thread_exits;
