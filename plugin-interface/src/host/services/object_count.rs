//! The count of a library's objects in use, which keeps the library mapped.
#![expect(unsafe_code, reason = "is called back by libraries")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::abi::LibraryRef;
use crate::host::thread_exits;
use crate::host::thread_exits::{LibraryId, idle};
use crate::runtime::library_ref;

/// Counts the objects of one library. It stays at one address, which the
/// objects have.
#[repr(C)]
pub(crate) struct ObjectCount {
    /// First: a library has a pointer to this field.
    raw: LibraryRef,
    library: LibraryId,
    /// Shared with the registry, which says what keeps a library mapped.
    objects: Arc<AtomicUsize>,
}

impl ObjectCount {
    pub(crate) fn new(library: LibraryId) -> Self {
        let objects = thread_exits::objects(library);
        // A host that is a plugin itself stays mapped while what it loads is in
        // use.
        let raw = LibraryRef { retain, release, outer: library_ref::current_or_null() };
        ObjectCount { raw, library, objects }
    }
}

unsafe extern "C" fn retain(library_ref: *const LibraryRef) {
    // SAFETY: the first field of an `ObjectCount`, whose library is in use.
    let count = unsafe { &*library_ref.cast::<ObjectCount>() };
    count.objects.fetch_add(1, Ordering::Relaxed);
}

/// The caller may be code of a library, even of this one: its own caller has
/// the library in use. If nobody has, another thread unmaps the library.
unsafe extern "C" fn release(library_ref: *const LibraryRef) {
    // SAFETY: the first field of an `ObjectCount`, whose library has an object.
    let count = unsafe { &*library_ref.cast::<ObjectCount>() };
    let library = count.library;
    // From here on the library may be unmapped, and the count freed.
    if count.objects.fetch_sub(1, Ordering::AcqRel) == 1 && thread_exits::is_awaited(library) {
        idle::signal();
    }
}
