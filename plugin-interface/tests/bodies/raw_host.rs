//! A host without a manager: what it hands to a plugin ends where a test wants.
#![expect(unsafe_code, reason = "is a host without a manager")]

use core::ffi::c_void;
use core::mem::offset_of;
use core::ptr;
use std::path::Path;

use plugin_interface::abi::{
    ABI_VERSION, Failure, HostLogs, HostServices, LibraryRef, PanicReport, PluginEntry, RawContext,
    RawFactory, RawSlice, RegistrationFactory, ServiceTable,
};
use plugin_interface::libloading::Library;

unsafe extern "C" fn nothing(_: *const LibraryRef) {}
unsafe extern "C" fn unreported(_: *mut c_void, _: *const PanicReport) {}
unsafe extern "C" fn same(text: RawSlice) -> RawSlice {
    text
}

/// Collects the factories of a library.
unsafe extern "C" fn visit(context: *mut c_void, factory: *const RegistrationFactory) {
    // SAFETY: the context is the vector of `RawHost::make`.
    unsafe { &mut *context.cast::<Vec<*const RawFactory>>() }.push(factory.cast());
}

pub(crate) fn text<'a>(text: RawSlice) -> &'a str {
    // SAFETY: tests pass texts that live as long.
    let bytes: &[u8] = unsafe { core::slice::from_raw_parts(text.ptr.cast(), text.len) };
    core::str::from_utf8(bytes).unwrap()
}

/// What a newer host has beyond this version, and must not be read.
#[repr(C)]
struct Longer<T> {
    known: T,
    unknown: [usize; 8],
}

/// A context of a newer host, or of an older one: its `tasks` and what follows it must
/// not be read if it ends before.
pub(crate) fn context(size: usize) -> RawContext {
    let ends_before = size <= offset_of!(RawContext, tasks);
    let tasks = if ends_before { ptr::without_provenance(8) } else { ptr::null() };
    RawContext { size, tasks, ..RawContext::EMPTY }
}

/// A host of one library. Neither that nor what it was handed ends before the process
/// does.
pub(crate) struct RawHost(&'static PluginEntry);

impl RawHost {
    /// Connects a library to a host whose table has that size, which may be longer than
    /// that of this version. What an older host lacks cannot be read.
    pub(crate) fn connect(
        file: &Path,
        size: usize,
        logs: *const HostLogs,
        services: *const ServiceTable,
    ) -> Self {
        let library_ref = LibraryRef { retain: nothing, release: nothing, outer: ptr::null() };
        let known = HostServices {
            abi_version: ABI_VERSION,
            size: size as u32,
            context: ptr::null_mut(),
            on_panic: unreported,
            system_free: None,
            malloc_identity: ptr::null(),
            std_identity: ptr::null(),
            library: 0,
            thread_exits: ptr::null(),
            library_ref: Box::leak(Box::new(library_ref)),
            intern: same,
            logs: match size > offset_of!(HostServices, logs) {
                true => logs,
                false => ptr::without_provenance(8),
            },
            services: match size > offset_of!(HostServices, services) {
                true => services,
                false => ptr::without_provenance(8),
            },
            traces: match size > offset_of!(HostServices, traces) {
                true => ptr::null(),
                false => ptr::without_provenance(8),
            },
        };
        let services = Box::leak(Box::new(Longer { known, unknown: [8; 8] }));
        assert!(size <= size_of_val(services), "the table has that size");
        // SAFETY: the library of a test, which is a plugin.
        let library = Box::leak(Box::new(unsafe { Library::new(file) }.unwrap()));
        // SAFETY: each library of the macros exports it with this type.
        let entry = unsafe {
            library.get::<extern "C" fn() -> *const PluginEntry>(b"plugin_entry_v1\0").unwrap()
        };
        // SAFETY: a static of the library.
        let entry = unsafe { &*entry() };
        // SAFETY: they live as long as the library.
        assert_eq!(unsafe { (entry.connect)(&services.known) }, 0, "it takes what there is");
        RawHost(entry)
    }

    /// Creates a plugin, whose constructor fails, and returns its error.
    pub(crate) fn make(&self, name: &str, context: RawContext) -> String {
        let mut factories: Vec<*const RawFactory> = Vec::new();
        // SAFETY: the visitor takes this context.
        unsafe { (self.0.factories)(visit, (&raw mut factories).cast()) };
        // SAFETY: statics of the library.
        let mut factories = factories.into_iter().map(|factory| unsafe { &*factory });
        let factory = factories.find(|factory| text(factory.name) == name).unwrap();
        let context = Longer { known: context, unknown: [8; 8] };
        let mut made = ptr::null();
        // SAFETY: a context and a place for the registration.
        let failure: *mut Failure = unsafe { (factory.make)(&context.known, &mut made) };
        assert!(!failure.is_null(), "its constructor fails");
        // SAFETY: it lives until it is freed, which it is not.
        text(unsafe { (*failure).message }).to_owned()
    }
}

/// The size of a host's table that is longer than that of this version.
pub(crate) const NEWER: usize = size_of::<Longer<HostServices>>();

/// The same of a context.
pub(crate) const NEWER_CONTEXT: usize = size_of::<Longer<RawContext>>();
