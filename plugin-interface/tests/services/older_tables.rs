//! A host whose table of services ends before that of its plugin.
#![expect(unsafe_code, reason = "is a host without a manager")]

#[path = "../bodies/raw_host.rs"]
mod raw_host;

use core::ffi::c_void;
use core::mem::offset_of;
use core::ptr;
use core::sync::atomic::{AtomicUsize, Ordering};

use plugin_interface::abi::{
    Failure, FailureKind, HostServices, RawContext, RawObject, RawSlice, ServiceTable,
};
use raw_host::{NEWER, NEWER_CONTEXT, RawHost, context};

#[test]
fn an_older_host_connects_and_a_plugin_that_asks_it_is_told_the_reason() {
    for (host, of) in [
        (offset_of!(HostServices, services), RawContext::FIRST_SIZE),
        (offset_of!(HostServices, traces), size_of::<RawContext>()),
        (NEWER, NEWER_CONTEXT),
    ] {
        let directory = super::directory();
        let file = directory.path().join(super::library().file_name().unwrap());
        let host = RawHost::connect(&file, host, ptr::null(), ptr::null());
        let message = host.make("Strict", context(of));
        assert_eq!(
            message,
            "no service services::Site (version 1.1): the plugin was created without a host that \
             offers services"
        );
    }
}

/// The searches of a plugin, which find nothing.
static SEARCHES: AtomicUsize = AtomicUsize::new(0);

/// Finds nothing, and tells the number of the search.
unsafe extern "C" fn find(_: *mut c_void, _: RawSlice, _: *mut RawObject) -> *mut Failure {
    unsafe extern "C" fn keep(_: *mut Failure) {}
    let message = format!("search {}", SEARCHES.fetch_add(1, Ordering::Relaxed) + 1);
    Box::leak(Box::new(Failure {
        kind: FailureKind::NOT_OFFERED,
        line: 0,
        column: 0,
        reserved: 0,
        message: RawSlice::of(message.leak().as_bytes()),
        file: RawSlice::of(b""),
        free: keep,
    }))
}

#[test]
fn a_host_that_counts_no_changes_is_asked_each_time_and_another_one_once() {
    unsafe extern "C" fn counted(_: *mut c_void) -> *const AtomicUsize {
        static CHANGES: AtomicUsize = AtomicUsize::new(7);
        &raw const CHANGES
    }
    // It ends the process.
    unsafe extern "C" fn unread(_: *mut c_void) -> *const AtomicUsize {
        panic!("an older host has no such function")
    }
    let size = offset_of!(ServiceTable, changes);
    let first = ServiceTable { size, find, changes: unread };
    let size = size_of::<ServiceTable>();
    let counting = ServiceTable { size, find, changes: counted };
    let asked = |table: ServiceTable, size: usize| {
        SEARCHES.store(0, Ordering::Relaxed);
        let directory = super::directory();
        let file = directory.path().join(super::library().file_name().unwrap());
        let table = Box::leak(Box::new(table));
        let host = RawHost::connect(&file, size, ptr::null(), table);
        host.make("Follower", context(size_of::<RawContext>()))
    };
    let found = |number| format!("no service services::Site (version 1.1): search {number}");
    let whole = size_of::<HostServices>();
    assert_eq!(asked(first, whole), [2, 3, 4].map(found).join("; "), "an older host");
    assert_eq!(asked(counting, whole), [1, 1, 1].map(found).join("; "));
    let newer = ServiceTable { size: 4096, ..counting };
    assert_eq!(asked(newer, NEWER), [1, 1, 1].map(found).join("; "), "a newer host");
}
