//! The number of changes of what is offered to plugins, by which these know that what
//! they found is still the same.

use core::ffi::c_void;
use core::sync::atomic::{AtomicUsize, Ordering};

/// Counts for all managers of this program: who sees a change of another one asks once
/// in vain.
static CHANGES: AtomicUsize = AtomicUsize::new(0);

/// Returns the number, in tables of services.
pub(super) extern "C" fn changes(_: *mut c_void) -> *const AtomicUsize {
    &raw const CHANGES
}

/// Tells that something else is found from now on. Called after the change.
pub(crate) fn note() {
    CHANGES.fetch_add(1, Ordering::Release);
}
