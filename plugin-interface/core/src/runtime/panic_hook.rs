//! Reports each panic in this library to the host.
//!
//! A library has its own copy of the standard library, and so its own panic
//! hook. The default hook would print to a stderr that the host may not watch.
//! It would also leave debug information mapped after the library is unmapped.
#![expect(unsafe_code, reason = "calls back into the host")]

use core::ffi::c_void;
use core::ptr;
use core::sync::atomic::{AtomicPtr, Ordering};
use std::panic::PanicHookInfo;

use super::failure::message_of;
use super::own;
use crate::abi::{HostServices, PanicReport, RawSlice};
use crate::runtime::panic_location;
use crate::runtime::panic_location::SourceLocation;

static HOST: AtomicPtr<HostServices> = AtomicPtr::new(ptr::null_mut());

/// Routes this library's panics to the host.
///
/// # Safety
///
/// `services` stays valid for as long as this library is mapped.
pub(super) unsafe fn install(services: *const HostServices) {
    // SAFETY: the services are valid.
    if !unsafe { has_own_std(services) } {
        // The hook is that of the host, or of whoever has the standard library.
        return;
    }
    HOST.store(services.cast_mut(), Ordering::Release);
    // A function has no state, so the box of the hook allocates nothing.
    std::panic::set_hook(Box::new(report));
}

/// Returns `true` if this library's copy of the standard library is its own,
/// and not one of the host or of a library that others use too.
///
/// # Safety
///
/// `services` is valid.
pub(super) unsafe fn has_own_std(services: *const HostServices) -> bool {
    // SAFETY: the contract of this function.
    let of_host = unsafe { (*services).std_identity };
    of_host != std_identity() && own::is_own(std_identity())
}

/// Returns an address within this library's copy of the standard library.
pub fn std_identity() -> *const c_void {
    std::panic::take_hook as fn() -> _ as *const c_void
}

fn report(info: &PanicHookInfo<'_>) {
    let host = HOST.load(Ordering::Acquire);
    let (file, line, column) = match info.location() {
        Some(at) => {
            panic_location::set(SourceLocation::of(at));
            (at.file(), at.line(), at.column())
        }
        None => ("", 0, 0),
    };
    let report = PanicReport {
        message: RawSlice::of(message_of(info.payload()).as_bytes()),
        file: RawSlice::of(file.as_bytes()),
        line,
        column,
    };
    // SAFETY: the hook is installed after `HOST`, whose services outlive this
    // library; the report lives across the call.
    unsafe { ((*host).on_panic)((*host).context, &report) };
}
