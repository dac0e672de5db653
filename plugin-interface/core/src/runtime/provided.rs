//! The services of a plugin on their way to the host.
#![expect(unsafe_code, reason = "calls a function of the host")]

use core::ffi::c_void;
use core::fmt;
use std::sync::Arc;

use crate::abi::VisitService;
use crate::runtime::services::Service;

/// Takes the services of a plugin.
#[doc(hidden)]
pub struct Provided {
    visit: VisitService,
    context: *mut c_void,
}

impl Provided {
    /// # Safety
    ///
    /// `visit` takes `context`, for as long as this is used.
    pub(super) unsafe fn new(visit: VisitService, context: *mut c_void) -> Self {
        Provided { visit, context }
    }

    /// Passes a service to the host.
    pub fn add<I: Service + ?Sized>(&mut self, service: Arc<I>) {
        // SAFETY: the visitor takes this context, by the contract of `new`.
        unsafe { (self.visit)(self.context, I::lower(service)) };
    }
}

impl fmt::Debug for Provided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Provided").finish_non_exhaustive()
    }
}
