//! The runtime that is linked into each library.

pub mod aggregate;
pub mod allocator;
pub mod async_call;
pub mod call;
pub(crate) mod clock;
#[cfg(feature = "config")]
mod config;
pub mod context;
mod context_services;
mod directories;
pub mod entry;
pub mod factory;
pub mod failure;
#[cfg(feature = "in-flight")]
pub mod in_flight;
/// Nothing is listed.
#[cfg(not(feature = "in-flight"))]
pub(crate) mod in_flight {
    #[derive(Debug)]
    pub(crate) struct Running;

    impl Running {
        #[inline(always)]
        pub(crate) fn unlisted() -> Self {
            Running
        }

        #[inline(always)]
        pub(crate) fn begin(_: &'static str, _: &'static str, _: usize) -> Self {
            Running
        }
    }
}
pub mod latest_service;
pub mod library_ref;
pub mod lifecycle;
#[cfg(feature = "log")]
mod logs;
mod own;
#[cfg(feature = "tokio")]
pub mod own_tokio;
pub mod panic_hook;
pub mod panic_location;
pub mod provide;
pub mod provided;
pub mod reported;
pub mod serves;
pub mod services;
pub mod state;
#[cfg(feature = "tasks")]
pub mod tasks;
#[cfg(thread_exits = "caught")]
pub mod thread_exits;
#[cfg(feature = "tracing")]
mod traces;

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
