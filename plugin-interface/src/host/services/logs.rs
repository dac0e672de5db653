//! Passes the log records of plugins to the host's logger of the crate `log`. In a
//! worker, that is the logger of another process.
#![expect(unsafe_code, reason = "is called back by plugins")]

use core::ffi::c_void;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use log::{Level, Metadata, Record};

use super::Allocation;
use super::followers::Followers;
#[cfg(all(unix, feature = "process"))]
use super::workers;
use crate::abi::{HostLogs, LogRecord, RawSlice, SetLogLevel};
use crate::host::thread_exits::LibraryId;
use crate::runtime::failure::contain;
use crate::runtime::reported::text_of;

static LOGS: HostLogs = HostLogs { size: size_of::<HostLogs>(), follow, enabled, log, flush };

/// The libraries that follow the level.
static FOLLOWERS: Followers = Followers::new(max_level);

/// What takes the records of plugins in the place of this program's logger.
pub(crate) trait Elsewhere: Send + Sync {
    fn enabled(&self, level: u32, target: &str) -> bool;
    fn log(&self, record: &Passed<'_>);
    fn flush(&self);
}

static ELSEWHERE: OnceLock<Box<dyn Elsewhere>> = OnceLock::new();

/// The level of what is elsewhere.
static LEVEL_ELSEWHERE: AtomicU32 = AtomicU32::new(0);

/// Passes the records of all plugins there. Called before there are plugins.
#[cfg_attr(not(all(unix, feature = "process")), expect(dead_code, reason = "for workers"))]
pub(crate) fn pass_elsewhere(to: Box<dyn Elsewhere>) {
    // Once, since a process is a worker once.
    let _ = ELSEWHERE.set(to);
}

/// Tells all plugins the level of what is elsewhere.
#[cfg_attr(not(all(unix, feature = "process")), expect(dead_code, reason = "for workers"))]
pub(crate) fn update_level_elsewhere(level: u32) {
    LEVEL_ELSEWHERE.store(level, Ordering::Relaxed);
    FOLLOWERS.tell();
}

/// Returns the number of the most verbose level.
pub(crate) fn max_level() -> u32 {
    match ELSEWHERE.get() {
        Some(_) => LEVEL_ELSEWHERE.load(Ordering::Relaxed),
        None => log::max_level() as u32,
    }
}

/// A record of a plugin.
#[derive(Clone, Copy)]
pub(crate) struct Passed<'r> {
    pub(crate) level: Level,
    /// From 1; 0 if unknown.
    pub(crate) line: u32,
    pub(crate) target: &'r str,
    /// Empty if unknown, as the file.
    pub(crate) module: &'r str,
    pub(crate) file: &'r str,
    pub(crate) message: &'r str,
}

impl Passed<'_> {
    /// Passes it to the logger of this program, with the name of the plugin.
    pub(crate) fn log(&self, plugin: &str) {
        let Passed { level, line, target, module, file, message } = *self;
        log::logger().log(
            &Record::builder()
                .level(level)
                .target(target)
                .args(format_args!("{message}"))
                .module_path((!module.is_empty()).then_some(module))
                .file((!file.is_empty()).then_some(file))
                .line((line > 0).then_some(line))
                .key_values(&("plugin", plugin))
                .build(),
        );
    }
}

/// Returns `true` if the logger of this program wants records of that level and target.
pub(crate) fn is_wanted(level: Level, target: &str) -> bool {
    log::logger().enabled(&Metadata::builder().level(level).target(target).build())
}

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
/// Call it also after the logger's own filter has changed: a plugin in a process of its
/// own keeps the answers of the logger until then.
///
/// ```
/// log::set_max_level(log::LevelFilter::Debug);
/// plugin_interface::logs::update_level();
/// ```
pub fn update_level() {
    FOLLOWERS.tell();
    #[cfg(all(unix, feature = "process"))]
    workers::tell(workers::LevelOf::Log, max_level);
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
    let is_enabled = || match ELSEWHERE.get() {
        Some(elsewhere) => elsewhere.enabled(level as u32, &target),
        None => is_wanted(level, &target),
    };
    contain(is_enabled).unwrap_or_default().into()
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
    let line = record.line;
    let (target, module, file, message) = (&*target, &*module, &*file, &*message);
    let passed = Passed { level, line, target, module, file, message };
    let _ = contain(|| match ELSEWHERE.get() {
        Some(elsewhere) => elsewhere.log(&passed),
        None => passed.log(name),
    });
}

unsafe extern "C" fn flush(_: *mut c_void) {
    let _ = contain(|| match ELSEWHERE.get() {
        Some(elsewhere) => elsewhere.flush(),
        None => log::logger().flush(),
    });
}

/// Returns the level if this host wants it.
pub(crate) fn wanted(level: u32) -> Option<Level> {
    let known = Level::iter().find(|known| *known as u32 == level)?;
    (level <= max_level()).then_some(known)
}
