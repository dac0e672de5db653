//! Where the panics of plugins appear: where the host's own do.
#![expect(unsafe_code, reason = "is called back by plugins")]

use core::ffi::c_void;
use std::panic::catch_unwind;

use crate::abi::{ABI_VERSION, HostServices, PanicReport};
use crate::object::text_of;
use crate::runtime::allocator;

/// What a host lends to one library, and its name in reports.
///
/// Boxed, since the library keeps its address; dropped after the library.
pub(super) struct Services {
    offered: HostServices,
    label: String,
}

// SAFETY: nothing is written after `new`, and the pointers lead to code, to
// the C library, and to this very box.
unsafe impl Send for Services {}
// SAFETY: as above.
unsafe impl Sync for Services {}

impl Services {
    pub(super) fn new(label: String) -> Box<Self> {
        let mut services = Box::new(Services {
            offered: HostServices {
                abi_version: ABI_VERSION,
                size: size_of::<HostServices>() as u32,
                context: core::ptr::null_mut(),
                on_panic,
                system_free: allocator::offer(),
                malloc_identity: allocator::malloc_identity(),
            },
            label,
        });
        services.offered.context = (&raw mut *services).cast();
        services
    }

    /// What `connect` takes: valid for as long as the box lives.
    pub(super) fn offered(&self) -> *const HostServices {
        &raw const self.offered
    }
}

/// Reports a plugin's panic through the host's own panic hook.
///
/// A hook cannot be called but by a panic, so the report is one, and is caught
/// here. Where that is impossible it goes to stderr.
unsafe extern "C" fn on_panic(context: *mut c_void, report: *const PanicReport) {
    // SAFETY: the plugin lends the report for this call.
    let report = unsafe { &*report };
    // SAFETY: likewise its texts.
    let (message, file) = unsafe { (text_of(report.message), text_of(report.file)) };
    // SAFETY: the context is the box that the library was connected with.
    let label = unsafe { &(*context.cast::<Services>()).label };
    let text = format!("{message}\n  in {label}, at {file}:{}:{}", report.line, report.column);
    if cfg!(panic = "unwind") && !std::thread::panicking() {
        let _ = catch_unwind(|| panic!("{text}"));
    } else {
        eprintln!("a plugin panicked: {text}");
    }
}
