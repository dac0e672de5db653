//! The functions of the host that take spans and events.
#![expect(unsafe_code, reason = "calls back into the host")]

use core::ffi::c_void;
use core::ptr;
use core::sync::atomic::{AtomicPtr, AtomicU32, Ordering};

use tracing_core::LevelFilter;

use super::fields::Fields;
use crate::abi::{HostServices, HostTraces, RawSlice, SetLogLevel, TraceCallsite};

static HOST: AtomicPtr<HostServices> = AtomicPtr::new(ptr::null_mut());
static LEVEL: AtomicU32 = AtomicU32::new(0);

/// Takes the host's table.
///
/// # Safety
///
/// `services` is valid up to `traces`, and both stay so for as long as this library is
/// mapped.
pub(super) unsafe fn connect(services: *const HostServices) -> Option<Host> {
    // SAFETY: the contract of this function.
    if unsafe { (*services).traces }.is_null() {
        return None;
    }
    HOST.store(services.cast_mut(), Ordering::Release);
    host()
}

/// Sets the host's level. Returns `true` if it is another one.
pub(super) fn set_level(level: u32) -> bool {
    LEVEL.swap(level, Ordering::AcqRel) != level
}

/// Returns the host's level.
pub(super) fn level() -> LevelFilter {
    match LEVEL.load(Ordering::Acquire) {
        0 => LevelFilter::OFF,
        1 => LevelFilter::ERROR,
        2 => LevelFilter::WARN,
        3 => LevelFilter::INFO,
        4 => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    }
}

/// The host's table, and its first argument.
#[derive(Clone, Copy)]
pub(super) struct Host {
    table: &'static HostTraces,
    context: *mut c_void,
}

/// A callsite of the host, which is never freed.
#[derive(Clone, Copy)]
pub(super) struct HostCallsite(*const c_void);

// SAFETY: any thread may pass it to the host.
unsafe impl Send for HostCallsite {}
// SAFETY: as above.
unsafe impl Sync for HostCallsite {}

/// Returns the host's table.
pub(super) fn host() -> Option<Host> {
    let services = HOST.load(Ordering::Acquire);
    // SAFETY: null, or valid as long as this code is mapped; so is its table, which is
    // not null where `HOST` is set.
    (!services.is_null())
        .then(|| unsafe { Host { table: &*(*services).traces, context: (*services).context } })
}

/// Each calls the function of that name.
impl Host {
    pub(super) fn follow(self, set_level: SetLogLevel) {
        // SAFETY: a function of the host with its context, and one that calls nothing
        // of the host.
        unsafe { (self.table.follow)(self.context, set_level) };
    }

    pub(super) fn callsite(self, callsite: &TraceCallsite) -> HostCallsite {
        // SAFETY: a function of the host with its context; the callsite and its texts
        // live across the call.
        HostCallsite(unsafe { (self.table.callsite)(self.context, callsite) })
    }

    pub(super) fn enabled(self, callsite: HostCallsite) -> bool {
        // SAFETY: a function of the host with its context and its callsite. So are all
        // below.
        unsafe { (self.table.enabled)(self.context, callsite.0) != 0 }
    }

    pub(super) fn event(self, callsite: HostCallsite, parent: u64, fields: &Fields) {
        let fields = RawSlice::of(fields.list());
        // SAFETY: as above; the fields live across the call.
        unsafe { (self.table.event)(self.context, callsite.0, parent, fields) };
    }

    pub(super) fn new_span(self, callsite: HostCallsite, parent: u64, fields: &Fields) -> u64 {
        let fields = RawSlice::of(fields.list());
        // SAFETY: as above.
        unsafe { (self.table.new_span)(self.context, callsite.0, parent, fields) }
    }

    pub(super) fn record(self, span: u64, fields: &Fields) {
        let fields = RawSlice::of(fields.list());
        // SAFETY: as above.
        unsafe { (self.table.record)(self.context, span, fields) };
    }

    pub(super) fn follows(self, span: u64, other: u64) {
        // SAFETY: a function of the host with its context, which takes any numbers. So
        // do all below.
        unsafe { (self.table.follows)(self.context, span, other) };
    }

    pub(super) fn enter(self, span: u64) {
        // SAFETY: as above.
        unsafe { (self.table.enter)(self.context, span) };
    }

    pub(super) fn exit(self, span: u64) {
        // SAFETY: as above.
        unsafe { (self.table.exit)(self.context, span) };
    }

    pub(super) fn clone_span(self, span: u64) -> u64 {
        // SAFETY: as above.
        unsafe { (self.table.clone_span)(self.context, span) }
    }

    pub(super) fn drop_span(self, span: u64) -> bool {
        // SAFETY: as above.
        unsafe { (self.table.drop_span)(self.context, span) != 0 }
    }

    pub(super) fn is_in_span(self) -> bool {
        // SAFETY: as above.
        unsafe { (self.table.is_in_span)(self.context) != 0 }
    }
}
