//! The entry of a library: connect, then create.

use core::ffi::c_void;

use super::{
    Free, HostLogs, HostTraces, LibraryRef, RawSlice, RegistrationFactory, ServiceTable,
    ThreadExits, assert_layout,
};

const WORD: usize = size_of::<usize>();

/// The symbol `plugin_entry_v1`, of type
/// `extern "C" fn() -> *const PluginEntry`.
///
/// ```
/// assert_eq!(plugin_interface::abi::ENTRY_SYMBOL, "plugin_entry_v1");
/// ```
pub const ENTRY_SYMBOL: &str = "plugin_entry_v1";

/// Called once for each factory of a library.
pub type VisitFactory =
    unsafe extern "C" fn(context: *mut c_void, factory: *const RegistrationFactory);

/// The functions of a library that a host calls before it creates anything.
///
/// A static of the plugin. New fields are only appended; `size` tells which
/// exist.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct PluginEntry {
    /// [`ABI_VERSION`](super::ABI_VERSION) of the plugin.
    pub abi_version: u32,
    /// `size_of::<PluginEntry>()` of the plugin.
    pub size: u32,
    /// Receives the host's services, once, before any other call. The services
    /// outlive the library. Returns 0 if the library accepts them.
    pub connect: unsafe extern "C" fn(*const HostServices) -> u32,
    /// Calls the visitor with each factory of the library.
    pub factories: unsafe extern "C" fn(visit: VisitFactory, context: *mut c_void),
    /// Returns the number of registrations that the library's unmakers
    /// destroyed, of the interfaces of that name (`Greeter`); `usize::MAX` if it
    /// offers none. Absent in plugins whose `size` ends before it.
    pub unmade: unsafe extern "C" fn(name: RawSlice) -> usize,
}

impl PluginEntry {
    /// The size of an entry without the fields that were appended later.
    #[doc(hidden)]
    pub const FIRST_SIZE: usize = core::mem::offset_of!(PluginEntry, unmade);
}

assert_layout!(PluginEntry {
    size: 8 + 3 * WORD,
    align: WORD,
    abi_version: 0,
    size: 4,
    connect: 8,
    factories: 8 + WORD,
    unmade: 8 + 2 * WORD,
});

/// The services that a host hands to a library.
///
/// Owned by the host. They stay alive at one address as long as the library is
/// mapped. New fields are only appended; `size` tells which exist.
#[repr(C)]
#[derive(Debug)]
pub struct HostServices {
    /// [`ABI_VERSION`](super::ABI_VERSION) of the host.
    pub abi_version: u32,
    /// `size_of::<HostServices>()` of the host.
    pub size: u32,
    /// The first argument of every callback below.
    pub context: *mut c_void,
    /// Reports a panic of the plugin, on the thread that panics, before it
    /// unwinds. Must not unwind.
    pub on_panic: unsafe extern "C" fn(context: *mut c_void, report: *const PanicReport),
    /// The host's function that frees memory of the C library's allocator, if
    /// the host declared it as its global allocator; null otherwise.
    pub system_free: Option<Free>,
    /// The address of the C library's `free` as the host sees it, or null.
    pub malloc_identity: *const c_void,
    /// An address within the host's copy of Rust's standard library. A plugin
    /// with the same address shares that copy, and does not replace the host's
    /// panic hook.
    pub std_identity: *const c_void,
    /// The number of the library, as `thread_exits` takes it.
    pub library: usize,
    /// The host's registry of thread exits; null if the host does not count
    /// them.
    pub thread_exits: *const ThreadExits,
    /// The reference count of the library. The library puts it into each object
    /// that it passes, and stays mapped until the last of them is dropped.
    pub library_ref: *const LibraryRef,
    /// Returns the same text in memory of the host that is never freed, for a
    /// `&'static str` that the plugin received. Must not unwind.
    pub intern: unsafe extern "C" fn(text: RawSlice) -> RawSlice,
    /// The host's logger; null if the host takes no records. Absent in hosts
    /// whose `size` ends before it.
    pub logs: *const HostLogs,
    /// The services that the host offers by their interfaces; null if it offers
    /// none. Absent in hosts whose `size` ends before it.
    pub services: *const ServiceTable,
    /// The host's subscriber of `tracing`; null if the host takes no spans.
    /// Absent in hosts whose `size` ends before it.
    pub traces: *const HostTraces,
}

assert_layout!(HostServices {
    size: 8 + 12 * WORD,
    align: WORD,
    abi_version: 0,
    size: 4,
    context: 8,
    on_panic: 8 + WORD,
    system_free: 8 + 2 * WORD,
    malloc_identity: 8 + 3 * WORD,
    std_identity: 8 + 4 * WORD,
    library: 8 + 5 * WORD,
    thread_exits: 8 + 6 * WORD,
    library_ref: 8 + 7 * WORD,
    intern: 8 + 8 * WORD,
    logs: 8 + 9 * WORD,
    services: 8 + 10 * WORD,
    traces: 8 + 11 * WORD,
});

/// The report of one panic. Everything is borrowed for the callback.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct PanicReport {
    /// The panic message, UTF-8.
    pub message: RawSlice,
    /// The source file, UTF-8; empty if unknown.
    pub file: RawSlice,
    /// The line, from 1; 0 if unknown.
    pub line: u32,
    /// The column, from 1; 0 if unknown.
    pub column: u32,
}

assert_layout!(PanicReport {
    size: 4 * WORD + 8,
    align: WORD,
    message: 0,
    file: 2 * WORD,
    line: 4 * WORD,
    column: 4 * WORD + 4,
});
