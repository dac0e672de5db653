//! The count of this library, for objects and wakers that its own code answers.
#![expect(unsafe_code, reason = "counts references through functions of the host")]

use core::ptr;

use crate::abi::LibraryRef;
use crate::runtime::library_ref;

unsafe extern "C" fn nothing(_: *const LibraryRef) {}

struct Program(LibraryRef);

// SAFETY: nothing writes to it, and its pointer is null.
unsafe impl Sync for Program {}

static PROGRAM: Program =
    Program(LibraryRef { retain: nothing, release: nothing, outer: ptr::null() });

/// Returns the count.
pub(super) fn current() -> *const LibraryRef {
    match library_ref::current_or_null() {
        current if current.is_null() => &raw const PROGRAM.0,
        current => current,
    }
}

/// Returns the count, with one more reference.
pub(super) fn retained() -> *const LibraryRef {
    let current = current();
    let mut each = current;
    // SAFETY: this library is in use, since it runs, and so are its outer ones.
    while let Some(LibraryRef { retain, outer, .. }) = unsafe { each.as_ref() } {
        // SAFETY: as above.
        unsafe { retain(each) };
        each = *outer;
    }
    current
}

/// Releases one reference of another library, or of this one.
///
/// # Safety
///
/// It was retained, and nothing that it keeps is used after this.
pub(super) unsafe fn release(mut library_ref: *const LibraryRef) {
    while !library_ref.is_null() {
        // SAFETY: the contract of this function; the outer ones are still retained.
        let LibraryRef { release, outer, .. } = unsafe { *library_ref };
        // SAFETY: as above. It may be gone after this.
        unsafe { release(library_ref) };
        library_ref = outer;
    }
}
