//! Passes the log records of plugins to the host's logger of the crate `log`.
#![expect(unsafe_code, reason = "is called back by plugins")]

use core::ffi::c_void;

use log::{Level, Metadata, Record};

use super::Allocation;
use super::followers::Followers;
use crate::abi::{HostLogs, LogRecord, RawSlice, SetLogLevel};
use crate::host::thread_exits::LibraryId;
use crate::runtime::failure::contain;
use crate::runtime::reported::text_of;

static LOGS: HostLogs = HostLogs { size: size_of::<HostLogs>(), follow, enabled, log, flush };

/// The libraries that follow the level.
static FOLLOWERS: Followers = Followers::new(|| log::max_level() as u32);

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
    FOLLOWERS.tell();
}

/// Gives a library that is about to be unmapped time to return if it is told.
pub(super) fn wait(library: LibraryId) {
    FOLLOWERS.wait(library);
}

/// Makes a library silent that is about to be unmapped.
pub(super) fn stop(library: LibraryId) {
    FOLLOWERS.stop(library);
}

unsafe extern "C" fn follow(context: *mut c_void, set_level: SetLogLevel) {
    // SAFETY: the context is what the library was connected with.
    let library = unsafe { (*context.cast::<Allocation>()).offered.library };
    // SAFETY: a function of that library, which is stopped here.
    unsafe { FOLLOWERS.add(LibraryId::of(library), set_level) };
}

unsafe extern "C" fn enabled(_: *mut c_void, level: u32, target: RawSlice) -> u8 {
    let Some(level) = wanted(level) else { return 0 };
    // SAFETY: the text is valid for this call.
    let target = unsafe { text_of(target) };
    let metadata = Metadata::builder().level(level).target(&target).build();
    contain(|| log::logger().enabled(&metadata)).unwrap_or_default().into()
}

unsafe extern "C" fn log(context: *mut c_void, record: *const LogRecord) {
    // SAFETY: the record begins with its size.
    if unsafe { (*record).size } < size_of::<LogRecord>() {
        // There has been no shorter one.
        return;
    }
    // SAFETY: the record is valid for this call, and has all fields of ours.
    let record = unsafe { &*record };
    let Some(level) = wanted(record.level) else { return };
    // SAFETY: likewise its texts.
    let (target, message) = unsafe { (text_of(record.target), text_of(record.message)) };
    // SAFETY: as above.
    let (module, file) = unsafe { (text_of(record.module), text_of(record.file)) };
    // SAFETY: the context is what the library was connected with.
    let name = unsafe { &*(*context.cast::<Allocation>()).name };
    let _ = contain(|| {
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
    let _ = contain(|| log::logger().flush());
}

/// Returns the level if this host wants it.
fn wanted(level: u32) -> Option<Level> {
    let level = Level::iter().find(|known| *known as u32 == level)?;
    (level <= log::max_level()).then_some(level)
}
