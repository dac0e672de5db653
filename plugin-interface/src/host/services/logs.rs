//! Passes the log records of plugins to the host's logger of the crate `log`.
#![expect(unsafe_code, reason = "is called back by plugins")]

use core::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use log::{Level, Metadata, Record};

use super::Allocation;
use crate::abi::{HostLogs, LogRecord, RawSlice, SetLogLevel};
use crate::host::thread_exits::LibraryId;
use crate::runtime::reported::text_of;

static LOGS: HostLogs = HostLogs { size: size_of::<HostLogs>(), follow, enabled, log, flush };

/// The libraries that follow the level.
static FOLLOWERS: Mutex<Vec<Arc<Follower>>> = Mutex::new(Vec::new());

/// A library that follows the level.
struct Follower {
    /// Its number.
    library: usize,
    set_level: SetLogLevel,
    /// Taken while the library is told. So one that does not return holds up
    /// who tells it or closes it, and nobody else.
    is_open: Mutex<bool>,
}

impl Follower {
    fn tell(&self, level: impl FnOnce() -> u32) {
        let is_open = locked(&self.is_open);
        if *is_open {
            // SAFETY: a library is closed here before it is unmapped.
            unsafe { (self.set_level)(level()) };
        }
    }

    fn close(&self) {
        let mut is_open = locked(&self.is_open);
        if std::mem::replace(&mut *is_open, false) {
            // SAFETY: the caller unmaps it after this.
            unsafe { (self.set_level)(0) };
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
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
/// ```
/// log::set_max_level(log::LevelFilter::Debug);
/// plugin_interface::logs::update_level();
/// ```
pub fn update_level() {
    let followers = locked(&FOLLOWERS).clone();
    for follower in followers {
        // Read under its lock, so that the last caller's level is the last told.
        follower.tell(|| log::max_level() as u32);
    }
}

/// Makes a library silent that is about to be unmapped.
pub(super) fn stop(library: LibraryId) {
    let is_it = |follower: &mut Arc<Follower>| follower.library == library.number();
    let stopped: Vec<_> = locked(&FOLLOWERS).extract_if(.., is_it).collect();
    stopped.iter().for_each(|follower| follower.close());
}

unsafe extern "C" fn follow(context: *mut c_void, set_level: SetLogLevel) {
    // SAFETY: the context is what the library was connected with.
    let library = unsafe { (*context.cast::<Allocation>()).offered.library };
    let follower = Arc::new(Follower { library, set_level, is_open: Mutex::new(true) });
    // First, so that no later change is missed.
    locked(&FOLLOWERS).push(Arc::clone(&follower));
    follower.tell(|| log::max_level() as u32);
}

unsafe extern "C" fn enabled(_: *mut c_void, level: u32, target: RawSlice) -> u8 {
    let Some(level) = wanted(level) else { return 0 };
    // SAFETY: the text is valid for this call.
    let target = unsafe { text_of(target) };
    let metadata = Metadata::builder().level(level).target(&target).build();
    contained(|| log::logger().enabled(&metadata)).unwrap_or_default().into()
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

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
    use std::sync::mpsc::{Sender, channel};
    use std::thread;
    use std::time::Duration;

    use super::*;

    static MAY_END: AtomicBool = AtomicBool::new(false);
    static IS_INSIDE: AtomicBool = AtomicBool::new(false);
    static TOLD: AtomicU32 = AtomicU32::new(7);

    unsafe extern "C" fn block(_: u32) {
        IS_INSIDE.store(true, Ordering::SeqCst);
        while !MAY_END.load(Ordering::SeqCst) {
            thread::sleep(Duration::from_millis(1));
        }
    }

    unsafe extern "C" fn note(level: u32) {
        TOLD.store(level, Ordering::SeqCst);
    }

    fn add(library: usize, set_level: SetLogLevel) {
        let follower = Follower { library, set_level, is_open: Mutex::new(true) };
        locked(&FOLLOWERS).push(Arc::new(follower));
    }

    fn done_on_a_thread(act: impl FnOnce(Sender<()>) + Send + 'static) {
        let (done, is_done) = channel();
        thread::spawn(move || act(done));
        is_done.recv_timeout(Duration::from_secs(60)).expect("it ends before the library returns");
    }

    #[test]
    fn a_library_that_does_not_return_holds_up_no_other_one() {
        let [blocking, other] = [usize::MAX, usize::MAX - 1];
        add(blocking, block);
        let telling = thread::spawn(update_level);
        while !IS_INSIDE.load(Ordering::SeqCst) {
            thread::sleep(Duration::from_millis(1));
        }
        done_on_a_thread(move |done| {
            add(other, note);
            stop(LibraryId::of(other));
            let _ = done.send(());
        });
        assert_eq!(TOLD.load(Ordering::SeqCst), 0);
        MAY_END.store(true, Ordering::SeqCst);
        telling.join().unwrap();
        stop(LibraryId::of(blocking));
        assert!(locked(&FOLLOWERS).iter().all(|f| ![blocking, other].contains(&f.library)));
    }
}
