//! Sends the records of the crate `log` in this library to the host's logger.
//!
//! A library has its own copy of `log`, and so a logger and a level of its own.
//! The level is the host's, which tells of each change. So a record that is
//! disabled costs the same here as there.
#![expect(unsafe_code, reason = "calls back into the host")]

use core::ptr;
use core::sync::atomic::{AtomicPtr, Ordering};

use log::{LevelFilter, Log, Metadata, Record};

use crate::abi::{HostLogs, HostServices, LogRecord, RawSlice};

static HOST: AtomicPtr<HostServices> = AtomicPtr::new(ptr::null_mut());

/// The logger of this library.
struct HostLogger;

/// Makes the host's logger that of this library, and tells the host if the
/// library has another already.
///
/// # Safety
///
/// `services` is valid up to `logs`, and both stay so for as long as this
/// library is mapped.
pub(super) unsafe fn attach(services: *const HostServices) {
    // SAFETY: the contract of this function.
    let (logs, context) = unsafe { ((*services).logs, (*services).context) };
    if logs.is_null() {
        return;
    }
    HOST.store(services.cast_mut(), Ordering::Release);
    if log::set_logger(&HostLogger).is_err() {
        HostLogger.log(
            &Record::builder()
                .level(log::Level::Warn)
                .target("plugin_interface")
                .args(format_args!(
                    "the plugin has a logger of its own, so the host does not receive its records"
                ))
                .build(),
        );
        return;
    }
    // SAFETY: a function of the host, with the context that belongs to it.
    unsafe { ((*logs).follow)(context, set_level) };
}

unsafe extern "C" fn set_level(level: u32) {
    log::set_max_level(match level {
        0 => LevelFilter::Off,
        1 => LevelFilter::Error,
        2 => LevelFilter::Warn,
        3 => LevelFilter::Info,
        4 => LevelFilter::Debug,
        _ => LevelFilter::Trace,
    });
}

/// Returns the host's table and the services that it belongs to.
fn host() -> Option<(&'static HostLogs, *const HostServices)> {
    let services = HOST.load(Ordering::Acquire);
    // SAFETY: null, or valid as long as this code is mapped; so is its table,
    // which is not null where `HOST` is set.
    (!services.is_null()).then(|| (unsafe { &*(*services).logs }, services.cast_const()))
}

impl Log for HostLogger {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let Some((logs, services)) = host() else { return false };
        let target = RawSlice::of(metadata.target().as_bytes());
        // SAFETY: a function of the host with its context; the text lives across
        // the call.
        unsafe { (logs.enabled)((*services).context, metadata.level() as u32, target) != 0 }
    }

    fn log(&self, record: &Record<'_>) {
        // First, since a message is not formatted for nobody.
        if !self.enabled(record.metadata()) {
            return;
        }
        let Some((logs, services)) = host() else { return };
        let formatted;
        let message = match record.args().as_str() {
            Some(text) => text,
            None => {
                formatted = record.args().to_string();
                &formatted
            }
        };
        let text = |text: Option<&str>| RawSlice::of(text.unwrap_or_default().as_bytes());
        let record = LogRecord {
            size: size_of::<LogRecord>(),
            level: record.level() as u32,
            line: record.line().unwrap_or(0),
            target: RawSlice::of(record.target().as_bytes()),
            module: text(record.module_path()),
            file: text(record.file()),
            message: RawSlice::of(message.as_bytes()),
        };
        // SAFETY: as above; the record and its texts live across the call.
        unsafe { (logs.log)((*services).context, &record) };
    }

    fn flush(&self) {
        if let Some((logs, services)) = host() {
            // SAFETY: a function of the host, with its context.
            unsafe { (logs.flush)((*services).context) };
        }
    }
}
