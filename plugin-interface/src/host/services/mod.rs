//! The services of a host for a library: where its panics are reported, where
//! its thread exits are counted, and where its objects are counted.
#![expect(unsafe_code, reason = "is called back by plugins")]

pub(crate) mod changes;
mod finding;
#[cfg(any(feature = "log", feature = "tracing"))]
mod followers;
pub(crate) mod linked;
#[cfg(feature = "log")]
pub(crate) mod logs;
mod object_count;
pub(crate) mod offers;
pub(super) mod plugin_panic;
pub(crate) mod provided;
#[cfg(feature = "tracing")]
pub(crate) mod traces;
#[cfg(all(unix, feature = "process", any(feature = "log", feature = "tracing")))]
pub(crate) mod workers;

use core::ffi::c_void;
use core::ptr::NonNull;
use std::io::{self, Write};
use std::panic::catch_unwind;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use crate::abi::{ABI_VERSION, HostServices, PanicReport};
use crate::boundary::interner::intern_for_plugin;
use crate::host::dev_report;
use crate::host::services::object_count::ObjectCount;
use crate::host::services::offers::Offers;
use crate::host::services::plugin_panic::PluginPanic;
use crate::host::tasks::Group;
use crate::host::thread_exits;
use crate::host::thread_exits::LibraryId;
use crate::runtime::panic_location::PanicLocation;
use crate::runtime::reported::text_of;
use crate::runtime::{allocator, panic_hook};

/// The services of one library, and its name in reports.
///
/// They stay at one address, which the library keeps, and are dropped after the
/// library.
pub(crate) struct Services(NonNull<Allocation>);

struct Allocation {
    offered: HostServices,
    label: String,
    /// The package, in records of the log.
    #[cfg_attr(
        not(any(feature = "log", feature = "tracing")),
        expect(dead_code, reason = "for the log")
    )]
    name: String,
    objects: ObjectCount,
    /// What the host offers, until the last instance is destroyed.
    offers: Mutex<Option<Arc<Offers>>>,
    /// The spans that it has begun.
    #[cfg(feature = "tracing")]
    spans: traces::Spans,
    /// The tasks of its instances.
    tasks: Mutex<Vec<Weak<Group>>>,
}

// SAFETY: nothing is written after `new` without a lock, and the pointers refer
// to code, to the C library, and to the allocation itself.
unsafe impl Send for Services {}
// SAFETY: as above.
unsafe impl Sync for Services {}

impl Services {
    /// Creates the services of a library that is about to be opened, with the
    /// name of its package. It stays mapped if it must report its thread exits and
    /// does not.
    pub(crate) fn new(
        label: String,
        name: &str,
        must_report: bool,
        offers: Option<Arc<Offers>>,
    ) -> Self {
        let library = thread_exits::add(must_report);
        let offered = HostServices {
            abi_version: ABI_VERSION,
            size: size_of::<HostServices>() as u32,
            context: core::ptr::null_mut(),
            on_panic,
            system_free: allocator::offer(),
            malloc_identity: allocator::malloc_identity(),
            std_identity: panic_hook::std_identity(),
            library: library.number(),
            thread_exits: thread_exits::offered(),
            library_ref: core::ptr::null(),
            intern: intern_for_plugin,
            #[cfg(feature = "log")]
            logs: logs::offered(),
            #[cfg(not(feature = "log"))]
            logs: core::ptr::null(),
            services: finding::offered(),
            #[cfg(feature = "tracing")]
            traces: traces::offered(),
            #[cfg(not(feature = "tracing"))]
            traces: core::ptr::null(),
        };
        let objects = ObjectCount::new(library);
        let name = name.to_owned();
        let (offers, tasks) = (Mutex::new(offers), Mutex::default());
        let allocation = Allocation {
            offered,
            label,
            name,
            objects,
            offers,
            #[cfg(feature = "tracing")]
            spans: traces::Spans::default(),
            tasks,
        };
        let allocation = NonNull::from(Box::leak(Box::new(allocation)));
        // SAFETY: allocated a line ago, and nobody else's.
        unsafe {
            (*allocation.as_ptr()).offered.context = allocation.as_ptr().cast();
            (*allocation.as_ptr()).offered.library_ref =
                (&raw const (*allocation.as_ptr()).objects).cast();
        }
        Services(allocation)
    }

    /// Returns what `connect` takes: valid for as long as `self` lives.
    pub(super) fn offered(&self) -> *const HostServices {
        // SAFETY: alive until `drop`.
        unsafe { &raw const (*self.0.as_ptr()).offered }
    }

    /// Offers nothing from now on to a library that has no instances any more.
    pub(super) fn withdraw(&self) {
        // SAFETY: alive until `drop`.
        let offers = unsafe { &(*self.0.as_ptr()).offers };
        let withdrawn = offers.lock().unwrap_or_else(PoisonError::into_inner).take();
        changes::note();
        // Without the lock: the last owner drops the host's own values.
        drop(withdrawn);
    }

    /// Adds the tasks of an instance.
    pub(super) fn watch_tasks(&self, group: Weak<Group>) {
        // SAFETY: alive until `drop`.
        let tasks = unsafe { &(*self.0.as_ptr()).tasks };
        let mut tasks = tasks.lock().unwrap_or_else(PoisonError::into_inner);
        tasks.retain(|group| group.strong_count() > 0);
        tasks.push(group);
    }

    /// Describes the tasks that did not end when their instances were destroyed.
    pub(super) fn tasks_left(&self) -> Vec<String> {
        // SAFETY: alive until `drop`.
        let tasks = unsafe { &(*self.0.as_ptr()).tasks };
        let tasks = tasks.lock().unwrap_or_else(PoisonError::into_inner).clone();
        tasks.iter().filter_map(Weak::upgrade).filter_map(|group| group.left()).collect()
    }

    /// Returns the library's id in the registry of thread exits.
    pub(super) fn library(&self) -> LibraryId {
        // SAFETY: alive until `drop`, and not written to.
        LibraryId::of(unsafe { (*self.offered()).library })
    }
}

#[cfg(feature = "log")]
impl Services {
    /// Gives the library time to return if it is told the level.
    pub(super) fn wait_for_logs(&self) {
        logs::wait(self.library());
    }

    /// Stops the records of the library, which is about to be unmapped.
    pub(super) fn stop_logs(&self) {
        logs::stop(self.library());
    }
}

#[cfg(feature = "tracing")]
impl Services {
    /// Gives the library time to return if it is told the level.
    pub(super) fn wait_for_traces(&self) {
        traces::wait(self.library());
    }

    /// Ends the spans of the library, which is about to be unmapped.
    pub(super) fn stop_traces(&self) {
        traces::stop(self.library());
        // SAFETY: alive until `drop`.
        unsafe { &(*self.0.as_ptr()).spans }.close();
    }
}

impl Drop for Services {
    fn drop(&mut self) {
        thread_exits::forget(self.library());
        // SAFETY: leaked in `new`, and freed here only.
        drop(unsafe { Box::from_raw(self.0.as_ptr()) });
    }
}

/// Reports a plugin's panic through the host's own panic hook.
///
/// Only a panic can call a hook, so the report is a panic, which is caught
/// here. If that is impossible, the report goes to stderr.
unsafe extern "C" fn on_panic(context: *mut c_void, report: *const PanicReport) {
    // SAFETY: the report is valid for this call.
    let report = unsafe { &*report };
    // SAFETY: likewise its texts.
    let (message, file) = unsafe { (text_of(report.message), text_of(report.file)) };
    // SAFETY: the context is what the library was connected with.
    let label = unsafe { &(*context.cast::<Allocation>()).label };
    let (message, library) = (message.into_owned(), label.clone());
    let location = PanicLocation::known(file.into_owned(), report.line, report.column);
    dev_report::panicked();
    let panic = PluginPanic { library, message, location };
    let text = panic.to_string();
    if cfg!(panic = "unwind") && !std::thread::panicking() {
        panic.while_reported(|| {
            let _ = catch_unwind(|| panic!("{text}"));
        });
    } else {
        // Nothing can be reported if stderr is closed, and nothing may unwind.
        let _ = writeln!(io::stderr(), "a plugin panicked: {text}");
    }
}
