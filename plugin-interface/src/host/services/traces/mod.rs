//! Passes the spans and events of plugins to the host's subscriber of `tracing`.
//!
//! The `callsite` of a plugin is one of the host here, since a subscriber may keep it
//! for ever. `spans` has those that a library has begun, by number, so that they can be
//! ended with it. `values` reads fields.
#![expect(unsafe_code, reason = "is called back by plugins")]

mod callsite;
mod spans;
mod traced;
mod values;

use core::ffi::c_void;

use tracing::Level;
use tracing::level_filters::LevelFilter;

#[cfg(all(unix, feature = "process"))]
pub(crate) use self::callsite::Interested;
pub(crate) use self::callsite::{Description, HostCallsite};
#[cfg(all(unix, feature = "process"))]
pub(crate) use self::spans::Span;
pub(crate) use self::spans::Spans;
pub(crate) use self::traced::Traced;
pub(crate) use self::values::Given;
use super::Allocation;
use super::followers::Followers;
#[cfg(all(unix, feature = "process"))]
use super::workers;
use crate::abi::{HostTraces, RawSlice, SetLogLevel, TraceCallsite, TraceField};
use crate::host::thread_exits::LibraryId;
use crate::runtime::failure::contain;
use crate::runtime::reported::text_of;

static TRACES: HostTraces = HostTraces {
    size: size_of::<HostTraces>(),
    follow,
    callsite,
    enabled,
    event,
    new_span,
    record,
    follows,
    enter,
    exit,
    clone_span,
    drop_span,
    is_in_span,
};

/// The libraries that follow the level.
static FOLLOWERS: Followers = Followers::new(max_level);

/// Returns the table for the services of a library.
pub(super) fn offered() -> *const HostTraces {
    &raw const TRACES
}

/// Tells all plugins the most verbose level that this host's subscribers want,
/// [`LevelFilter::current`](tracing::level_filters::LevelFilter::current).
///
/// Each plugin learns it when it is loaded. Call this after the host has set a
/// subscriber or changed a filter later. Until then, plugins filter by the earlier
/// level, and the host drops what its own filters exclude.
///
/// ```
/// plugin_interface::traces::update_level();
/// ```
pub fn update_level() {
    FOLLOWERS.tell();
    #[cfg(all(unix, feature = "process"))]
    workers::tell(workers::LevelOf::Traces, max_level);
}

/// Gives a library that is about to be unmapped time to return if it is told.
pub(super) fn wait(library: LibraryId) {
    FOLLOWERS.wait(library);
}

/// Makes a library silent that is about to be unmapped.
pub(super) fn stop(library: LibraryId) {
    FOLLOWERS.stop(library);
}

/// Returns the number of the most verbose level.
pub(crate) fn max_level() -> u32 {
    number(LevelFilter::current())
}

const LEVELS: [Level; 5] = [Level::ERROR, Level::WARN, Level::INFO, Level::DEBUG, Level::TRACE];

/// Returns how many levels a filter lets through.
pub(crate) fn number(level: LevelFilter) -> u32 {
    LEVELS.iter().filter(|known| **known <= level).count() as u32
}

/// Returns the filter with that number.
#[cfg(all(unix, feature = "process"))]
pub(crate) fn filter(number: u32) -> LevelFilter {
    match number {
        0 => LevelFilter::OFF,
        number => LevelFilter::from_level(level(number)),
    }
}

pub(crate) fn level(number: u32) -> Level {
    match number {
        0 | 1 => Level::ERROR,
        2 => Level::WARN,
        3 => Level::INFO,
        4 => Level::DEBUG,
        _ => Level::TRACE,
    }
}

/// # Safety
///
/// `context` is what a library was connected with that is still mapped.
unsafe fn library<'a>(context: *mut c_void) -> &'a Allocation {
    // SAFETY: the contract of this function.
    unsafe { &*context.cast::<Allocation>() }
}

/// Returns the spans of a library.
///
/// # Safety
///
/// As above.
unsafe fn traced<'a>(context: *mut c_void) -> Traced<'a> {
    // SAFETY: the contract of this function.
    let library = unsafe { library(context) };
    Traced { spans: &library.spans, name: &library.name }
}

/// # Safety
///
/// A library passes what `callsite` returned.
unsafe fn own(callsite: *const c_void) -> &'static HostCallsite {
    // SAFETY: the contract of this function; callsites are never freed.
    unsafe { &*callsite.cast::<HostCallsite>() }
}

/// # Safety
///
/// A library passes fields that live for `'a`, with their texts.
unsafe fn given<'a>(fields: RawSlice) -> Vec<Given<'a>> {
    let fields: &[TraceField] = match fields.len {
        0 => &[],
        // SAFETY: the contract of this function.
        len => unsafe { core::slice::from_raw_parts(fields.ptr.cast(), len) },
    };
    fields
        .iter()
        // SAFETY: the contract of this function.
        .map(|field| Given { field, text: unsafe { text_of(field.text) } })
        .collect()
}

unsafe extern "C" fn follow(context: *mut c_void, set_level: SetLogLevel) {
    // SAFETY: the context is what the library was connected with.
    let library = LibraryId::of(unsafe { library(context) }.offered.library);
    // SAFETY: a function of that library, which is stopped here.
    unsafe { FOLLOWERS.add(library, set_level) };
}

unsafe extern "C" fn callsite(_: *mut c_void, callsite: *const TraceCallsite) -> *const c_void {
    // SAFETY: valid for this call, with all fields: there has been no shorter one.
    let given = unsafe { &*callsite };
    let text = |text: RawSlice| {
        // SAFETY: its texts are valid for this call.
        unsafe { text_of(text) }.into_owned()
    };
    let fields: &[RawSlice] = match given.fields.len {
        0 => &[],
        // SAFETY: so are its lists.
        len => unsafe { core::slice::from_raw_parts(given.fields.ptr.cast(), len) },
    };
    let own = HostCallsite::of(Description {
        is_span: given.is_span != 0,
        level: level(given.level),
        line: (given.line > 0).then_some(given.line),
        name: text(given.name),
        target: text(given.target),
        module: Some(text(given.module)).filter(|text| !text.is_empty()),
        file: Some(text(given.file)).filter(|text| !text.is_empty()),
        fields: fields.iter().map(|field| text(*field)).collect(),
    });
    core::ptr::from_ref(own).cast()
}

unsafe extern "C" fn enabled(_: *mut c_void, callsite: *const c_void) -> u8 {
    // SAFETY: what `callsite` returned.
    let callsite = unsafe { own(callsite) };
    contain(|| callsite.is_enabled()).unwrap_or_default().into()
}

unsafe extern "C" fn event(
    context: *mut c_void,
    callsite: *const c_void,
    parent: u64,
    fields: RawSlice,
) {
    // SAFETY: what the library was connected with, what `callsite` returned, and fields
    // that live across the call.
    let (traced, callsite, fields) = unsafe { (traced(context), own(callsite), given(fields)) };
    traced.event(callsite, parent, &fields);
}

unsafe extern "C" fn new_span(
    context: *mut c_void,
    callsite: *const c_void,
    parent: u64,
    fields: RawSlice,
) -> u64 {
    // SAFETY: as above.
    let (traced, callsite, fields) = unsafe { (traced(context), own(callsite), given(fields)) };
    traced.new_span(callsite, parent, &fields)
}

unsafe extern "C" fn record(context: *mut c_void, span: u64, fields: RawSlice) {
    // SAFETY: as above.
    let (traced, fields) = unsafe { (traced(context), given(fields)) };
    traced.record(span, &fields);
}

unsafe extern "C" fn follows(context: *mut c_void, span: u64, other: u64) {
    // SAFETY: what the library was connected with. So do all below.
    unsafe { traced(context) }.follows(span, other);
}

unsafe extern "C" fn enter(context: *mut c_void, span: u64) {
    // SAFETY: as above.
    unsafe { traced(context) }.enter(span);
}

unsafe extern "C" fn exit(context: *mut c_void, span: u64) {
    // SAFETY: as above.
    unsafe { traced(context) }.exit(span);
}

unsafe extern "C" fn clone_span(context: *mut c_void, span: u64) -> u64 {
    // SAFETY: as above.
    unsafe { traced(context) }.clone_span(span)
}

unsafe extern "C" fn drop_span(context: *mut c_void, span: u64) -> u8 {
    // SAFETY: as above.
    unsafe { traced(context) }.drop_span(span).into()
}

unsafe extern "C" fn is_in_span(_: *mut c_void) -> u8 {
    Traced::is_in_span().into()
}
