//! The library's entry: connects, and lists the factories.
//!
//! It is here and not in generated code because a library may register several
//! interfaces. Every library that links this crate exports it. So a library is
//! a plugin because of its metadata, not because of this symbol.
#![expect(unsafe_code, reason = "exports a C symbol")]

use core::ffi::c_void;
use core::mem::offset_of;

#[cfg(feature = "log")]
use super::logs;
#[cfg(thread_exits = "caught")]
use super::thread_exits;
#[cfg(feature = "tracing")]
use super::traces;
#[cfg(feature = "tracing")]
use crate::abi::HostTraces;
use crate::abi::{
    ABI_VERSION, HostServices, PluginEntry, RawSlice, RegistrationFactory, ServiceTable,
    VisitFactory,
};
use crate::boundary::interner;
use crate::runtime::reported::text_of;
use crate::runtime::{aggregate, allocator, library_ref, panic_hook, services as offered};

inventory::collect!(RegistrationFactory);

static ENTRY: PluginEntry = PluginEntry {
    abi_version: ABI_VERSION,
    size: size_of::<PluginEntry>() as u32,
    connect,
    factories,
    unmade,
};

/// Returns the entry of this library or program itself.
pub fn of_this_binary() -> &'static PluginEntry {
    &ENTRY
}

#[unsafe(no_mangle)]
extern "C" fn plugin_entry_v1() -> *const PluginEntry {
    &raw const ENTRY
}

unsafe extern "C" fn connect(services: *const HostServices) -> u32 {
    // SAFETY: the host passes services that outlive this library. In each
    // version they begin with their version and size.
    let (version, size) = unsafe { ((*services).abi_version, (*services).size as usize) };
    if version != ABI_VERSION || size < offset_of!(HostServices, logs) {
        return 1;
    }
    // SAFETY: of our version, and large enough for these fields.
    unsafe {
        allocator::accept((*services).system_free, (*services).malloc_identity);
        library_ref::set_current((*services).library_ref);
        interner::ask_host((*services).intern);
    }
    // SAFETY: as above.
    unsafe { panic_hook::install(services) };
    #[cfg(thread_exits = "caught")]
    // SAFETY: as above.
    unsafe {
        thread_exits::attach(services);
    };
    #[cfg(feature = "log")]
    if size >= offset_of!(HostServices, services) {
        // SAFETY: as above, and large enough for `logs`.
        unsafe { logs::attach(services) };
    }
    if size >= offset_of!(HostServices, services) + size_of::<*const ServiceTable>() {
        // SAFETY: as above, and large enough for `services`.
        unsafe { offered::attach(services) };
    }
    #[cfg(feature = "tracing")]
    if size >= offset_of!(HostServices, traces) + size_of::<*const HostTraces>() {
        // SAFETY: as above, and large enough for `traces`.
        unsafe { traces::attach(services) };
    }
    0
}

unsafe extern "C" fn factories(visit: VisitFactory, context: *mut c_void) {
    for factory in inventory::iter::<RegistrationFactory> {
        // SAFETY: the host passed the context for its own visitor.
        unsafe { visit(context, factory) };
    }
}

unsafe extern "C" fn unmade(name: RawSlice) -> usize {
    // SAFETY: the host lends the text for the call.
    aggregate::unmade(&unsafe { text_of(name) }).unwrap_or(usize::MAX)
}
