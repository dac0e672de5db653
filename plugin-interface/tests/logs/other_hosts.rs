//! A plugin that writes to the log, in a host that is older or newer than it is.
#![expect(unsafe_code, reason = "is a logger that plugins call")]

#[path = "../bodies/raw_host.rs"]
mod raw_host;

use core::ffi::c_void;
use core::mem::offset_of;
use core::ptr;
use std::sync::Mutex;

use plugin_interface::abi::{HostLogs, HostServices, LogRecord, RawContext, RawSlice, SetLogLevel};
use raw_host::{NEWER, NEWER_CONTEXT, RawHost, context, text};

static RECORDS: Mutex<Vec<String>> = Mutex::new(Vec::new());

unsafe extern "C" fn follow(_: *mut c_void, set_level: SetLogLevel) {
    // SAFETY: a function of the plugin, which stays loaded.
    unsafe { set_level(log::Level::Info as u32) };
}

unsafe extern "C" fn enabled(_: *mut c_void, _: u32, _: RawSlice) -> u8 {
    1
}

unsafe extern "C" fn note(_: *mut c_void, record: *const LogRecord) {
    // SAFETY: valid for the call, and its text too.
    RECORDS.lock().unwrap().push(text(unsafe { (*record).message }).to_owned());
}

unsafe extern "C" fn flush(_: *mut c_void) {}

/// A table with more functions than this version knows.
static LOGS: HostLogs =
    HostLogs { size: size_of::<HostLogs>() + 64, follow, enabled, log: note, flush };

fn make(host: usize, of: usize) -> (String, Vec<String>) {
    // Each has a copy, and so a log of its own.
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join(super::library().file_name().unwrap());
    std::fs::copy(super::library(), &file).unwrap();
    let message = RawHost::connect(&file, host, &LOGS, ptr::null()).make("Eager", context(of));
    (message, std::mem::take(&mut *RECORDS.lock().unwrap()))
}

#[test]
fn records_are_for_nobody_in_an_older_host_and_reach_a_newer_one() {
    let oldest = make(offset_of!(HostServices, logs), RawContext::FIRST_SIZE);
    assert_eq!(oldest, ("level OFF, formatted 0 times".to_owned(), Vec::new()));
    let reached = || ("level INFO, formatted 1 times".to_owned(), vec!["formatted 1".to_owned()]);
    // The host knows the log and no services.
    assert_eq!(make(offset_of!(HostServices, services), size_of::<RawContext>()), reached());
    assert_eq!(make(NEWER, NEWER_CONTEXT), reached());
}
