//! The runtime that is linked into each library.

pub mod allocator;
pub mod async_call;
pub mod call;
pub mod context;
pub mod entry;
pub mod factory;
pub mod failure;
pub mod library_ref;
#[cfg(feature = "log")]
mod logs;
mod own;
pub mod panic_hook;
pub mod panic_location;
pub mod reported;
pub mod state;
#[cfg(thread_exits = "caught")]
pub mod thread_exits;

/// Returns `true` if this library forwards thread exits to a host.
pub fn forwards_thread_exits() -> bool {
    #[cfg(thread_exits = "caught")]
    {
        thread_exits::is_attached()
    }
    #[cfg(not(thread_exits = "caught"))]
    {
        false
    }
}
