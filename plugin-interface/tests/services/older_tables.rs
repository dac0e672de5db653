//! A host whose table of services ends before that of its plugin.

#![expect(unsafe_code, reason = "is a host without a manager")]
use core::ffi::c_void;
use core::mem::offset_of;
use core::ptr;

use plugin_interface::abi::{
    ABI_VERSION, Failure, HostServices, LibraryRef, PanicReport, PluginEntry, RawContext,
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
    // SAFETY: the context is the vector below.
    unsafe { &mut *context.cast::<Vec<*const RawFactory>>() }.push(factory.cast());
}

fn text<'a>(text: RawSlice) -> &'a str {
    // SAFETY: the library's own text.
    let bytes: &[u8] = unsafe { core::slice::from_raw_parts(text.ptr.cast(), text.len) };
    core::str::from_utf8(bytes).unwrap()
}

#[test]
fn an_older_host_connects_and_a_plugin_that_asks_it_is_told_the_reason() {
    let directory = super::directory();
    let file = directory.path().join(super::library().file_name().unwrap());
    // Neither this library nor its tables end before the process does.
    let library_ref: &LibraryRef =
        Box::leak(Box::new(LibraryRef { retain: nothing, release: nothing, outer: ptr::null() }));
    let services: &HostServices = Box::leak(Box::new(HostServices {
        abi_version: ABI_VERSION,
        size: offset_of!(HostServices, services) as u32,
        context: ptr::null_mut(),
        on_panic: unreported,
        system_free: None,
        malloc_identity: ptr::null(),
        std_identity: ptr::null(),
        library: 0,
        thread_exits: ptr::null(),
        library_ref,
        intern: same,
        logs: ptr::null(),
        // Beyond its size, so that the plugin must not read it.
        services: ptr::without_provenance::<ServiceTable>(8),
        traces: ptr::null(),
    }));
    // SAFETY: the library of this test, which is a plugin.
    let library = Box::leak(Box::new(unsafe { Library::new(file) }.unwrap()));
    // SAFETY: each library of the macros exports it with this type.
    let entry = unsafe {
        library.get::<extern "C" fn() -> *const PluginEntry>(b"plugin_entry_v1\0").unwrap()
    };
    // SAFETY: a static of the library.
    let entry = unsafe { &*entry() };
    // SAFETY: they live as long as the library.
    assert_eq!(unsafe { (entry.connect)(services) }, 0, "it takes what there is");

    let mut factories: Vec<*const RawFactory> = Vec::new();
    // SAFETY: the visitor takes this context.
    unsafe { (entry.factories)(visit, (&raw mut factories).cast()) };
    // SAFETY: statics of the library.
    let mut factories = factories.into_iter().map(|factory| unsafe { &*factory });
    let strict = factories.find(|factory| text(factory.name) == "Strict").unwrap();
    let context = RawContext::EMPTY;
    let mut made = ptr::null();
    // SAFETY: a context and a place for the registration.
    let failure: *mut Failure = unsafe { (strict.make)(&context, &mut made) };
    assert!(!failure.is_null());
    // SAFETY: it lives until it is freed, which it is not.
    let message = text(unsafe { (*failure).message });
    assert_eq!(
        message,
        "no service services::Site (version 1.1): the plugin was created without a host that \
         offers services"
    );
}
