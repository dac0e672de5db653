//! The layouts of all values that a host and a plugin exchange.
//!
//! Everything here is `#[repr(C)]` and contains no Rust layout. It stays the
//! same as long as [`ABI_VERSION`] is 1. `docs/abi.md` lists for each symbol
//! and layout its owner, the function that frees it, and the fields that may be
//! appended.

mod buffer;
mod composite;
mod entry;
mod fingerprint;
mod growing;
mod layout;
mod logs;
mod object;
mod outcome;
mod registration;
mod services;
mod tasks;
mod thread_exits;
mod traces;
mod vtable;
mod waker;

pub use buffer::{Free, RawBuffer, RawOption, RawResult, RawResultValue, RawSlice};
pub use composite::{
    RawArray, RawBox, RawTuple1, RawTuple2, RawTuple3, RawTuple4, RawTuple5, RawTuple6,
};
pub use entry::{ENTRY_SYMBOL, HostServices, PanicReport, PluginEntry, VisitFactory};
pub use fingerprint::Fingerprint;
#[doc(hidden)]
pub use fingerprint::words;
pub use growing::{GrowingHeader, RawGrowing};
pub use logs::{HostLogs, LogRecord, SetLogLevel};
pub use object::{LibraryRef, ObjectTable, RawBorrowed, RawObject};
pub use outcome::{Failure, FailureKind, METHOD_ERROR, Outcome};
pub use registration::{
    ProvideServices, RawContext, RawFactory, RawLifecycle, RawState, Registration,
    RegistrationArray, RegistrationFactory, VisitService,
};
pub use services::{CountChanges, FindService, ServiceTable};
pub use tasks::RawTasks;
pub use thread_exits::{Destructor, FIRST_KEY, ThreadExits, ThreadStart};
pub use traces::{HostTraces, TraceCallsite, TraceField};
pub use vtable::{Opaque, VTableHeader};
pub use waker::{RawTaskWaker, TaskWakerTable};

pub(crate) use layout::assert_layout;

/// The version of the binary interface that this crate implements.
///
/// A host and a plugin work together only if their versions are equal.
///
/// ```
/// assert_eq!(plugin_interface::abi::ABI_VERSION, 1);
/// ```
pub const ABI_VERSION: u32 = 1;
