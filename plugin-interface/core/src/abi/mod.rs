//! The layouts that cross between a host and a plugin.
//!
//! Everything here is `#[repr(C)]`, holds no Rust layout, and is fixed for as
//! long as [`ABI_VERSION`] is 1. `docs/abi.md` says of each symbol and layout
//! who allocates it, who frees it, and what may be appended.

mod buffer;
mod composite;
mod entry;
mod layout;
mod object;
mod outcome;
mod registration;
mod thread_exits;
mod vtable;
mod waker;

pub use buffer::{Free, RawBuffer, RawOption, RawResult, RawResultValue, RawSlice};
pub use composite::{
    RawArray, RawBox, RawTuple1, RawTuple2, RawTuple3, RawTuple4, RawTuple5, RawTuple6,
};
pub use entry::{ENTRY_SYMBOL, HostServices, PanicReport, PluginEntry, VisitFactory};
pub use object::{LibraryRef, ObjectTable, RawBorrowed, RawObject};
pub use outcome::{Failure, FailureKind, METHOD_ERROR, Outcome};
pub use registration::{
    RawContext, RawFactory, RawState, Registration, RegistrationArray, RegistrationFactory,
};
pub use thread_exits::{Destructor, FIRST_KEY, ThreadExits, ThreadStart};
pub use vtable::{Opaque, VTableHeader};
pub use waker::{RawTaskWaker, TaskWakerTable};

pub(crate) use layout::assert_layout;

/// The version of the binary interface that this crate speaks.
///
/// A host and a plugin work together only if they agree on it.
///
/// ```
/// assert_eq!(plugin_interface::abi::ABI_VERSION, 1);
/// ```
pub const ABI_VERSION: u32 = 1;
