//! Passes the log records of plugins to the host's logger of the crate `log`.
#![expect(unsafe_code, reason = "is called back by plugins")]

use core::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, MutexGuard, PoisonError};

use log::{Level, Metadata, Record};

use super::Allocation;
use crate::abi::{HostLogs, LogRecord, RawSlice, SetLogLevel};
use crate::host::thread_exits::LibraryId;
use crate::runtime::reported::text_of;

static LOGS: HostLogs = HostLogs { size: size_of::<HostLogs>(), follow, enabled, log, flush };

/// The libraries that follow the level, each by its number.
static FOLLOWERS: Mutex<Vec<(usize, SetLogLevel)>> = Mutex::new(Vec::new());

/// Returns the table for the services of a library.
pub(super) fn offered() -> *const HostLogs {
    &raw const LOGS
}

/// Tells all plugins the level of this host's logger, `log::max_level()`.
///
/// Each plugin learns it when it is loaded. Call this after each
/// `log::set_max_level` that comes later. Until then, plugins filter by the
/// earlier level, and the host drops what its own level excludes.
///
/// ```
/// log::set_max_level(log::LevelFilter::Debug);
/// plugin_interface::logs::update_level();
/// ```
pub fn update_level() {
    let followers = followers();
    // Read under the lock, so that the last caller's level is the last told.
    let level = log::max_level() as u32;
    for (_, set_level) in &*followers {
        // SAFETY: a library is removed before it is unmapped.
        unsafe { set_level(level) };
    }
}

/// Makes a library silent that is about to be unmapped.
pub(super) fn stop(library: LibraryId) {
    let mut followers = followers();
    for (_, set_level) in followers.extract_if(.., |(number, _)| *number == library.number()) {
        // SAFETY: the library is still mapped.
        unsafe { set_level(0) };
    }
}

fn followers() -> MutexGuard<'static, Vec<(usize, SetLogLevel)>> {
    FOLLOWERS.lock().unwrap_or_else(PoisonError::into_inner)
}

unsafe extern "C" fn follow(context: *mut c_void, set_level: SetLogLevel) {
    // SAFETY: the context is what the library was connected with.
    let library = unsafe { (*context.cast::<Allocation>()).offered.library };
    let mut followers = followers();
    // SAFETY: a function of the library that calls this one.
    unsafe { set_level(log::max_level() as u32) };
    followers.push((library, set_level));
}

unsafe extern "C" fn enabled(_: *mut c_void, level: u32, target: RawSlice) -> u8 {
    let Some(level) = wanted(level) else { return 0 };
    // SAFETY: the text is valid for this call.
    let target = unsafe { text_of(target) };
    let metadata = Metadata::builder().level(level).target(&target).build();
    contained(|| log::logger().enabled(&metadata)).unwrap_or_default().into()
}

unsafe extern "C" fn log(context: *mut c_void, record: *const LogRecord) {
    // SAFETY: the record is valid for this call.
    let record = unsafe { &*record };
    let Some(level) = wanted(record.level) else { return };
    // SAFETY: likewise its texts.
    let (target, message) = unsafe { (text_of(record.target), text_of(record.message)) };
    // SAFETY: as above.
    let (module, file) = unsafe { (text_of(record.module), text_of(record.file)) };
    // SAFETY: the context is what the library was connected with.
    let name = unsafe { &*(*context.cast::<Allocation>()).name };
    contained(|| {
        log::logger().log(
            &Record::builder()
                .level(level)
                .target(&target)
                .args(format_args!("{message}"))
                .module_path((!module.is_empty()).then_some(&module))
                .file((!file.is_empty()).then_some(&file))
                .line((record.line > 0).then_some(record.line))
                .key_values(&("plugin", name))
                .build(),
        );
    });
}

unsafe extern "C" fn flush(_: *mut c_void) {
    contained(|| log::logger().flush());
}

/// Returns the level if this host wants it.
fn wanted(level: u32) -> Option<Level> {
    let level = Level::iter().find(|known| *known as u32 == level)?;
    (level <= log::max_level()).then_some(level)
}

/// Calls the host's logger, whose panic must not unwind into the plugin. The
/// host's panic hook has reported it.
fn contained<R>(call: impl FnOnce() -> R) -> Option<R> {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(value) => Some(value),
        Err(payload) => {
            // Its drop could panic too.
            core::mem::forget(payload);
            None
        }
    }
}
