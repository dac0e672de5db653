//! Sends the spans and events of the crate `tracing` in this library to the host's
//! subscriber.
//!
//! A library has its own copy of `tracing`, and so a subscriber, a level and a list of
//! callsites of its own. The subscriber here keeps nothing of a span: the host does,
//! so that a span of the library is a child of the host's current one.
#![expect(unsafe_code, reason = "takes what the host lends")]

mod callsites;
mod fields;
mod host;
mod subscriber;

use tracing_core::{Dispatch, callsite, dispatcher};

use self::subscriber::{HostSubscriber, report_another};
use crate::abi::HostServices;

/// Makes the host's subscriber that of this library, and tells the host if the
/// library has another already.
///
/// # Safety
///
/// `services` is valid up to `traces`, and both stay so for as long as this library is
/// mapped.
pub(super) unsafe fn attach(services: *const HostServices) {
    // SAFETY: the contract of this function.
    let Some(host) = (unsafe { host::connect(services) }) else { return };
    match dispatcher::set_global_default(Dispatch::new(HostSubscriber)) {
        Ok(()) => host.follow(set_level),
        Err(_) => report_another(),
    }
}

unsafe extern "C" fn set_level(level: u32) {
    if !host::set_level(level) {
        return;
    }
    if level == 0 {
        // The library may be about to be unmapped.
        callsites::forget_all();
    }
    callsite::rebuild_interest_cache();
}
