//! The reference count of this library, which its objects hold.
#![expect(unsafe_code, reason = "counts references through functions of the host")]

use core::ptr;
use core::sync::atomic::{AtomicPtr, Ordering};

use crate::abi::LibraryRef;

/// The reference count of a program, which is never unmapped.
static PROGRAM: Program =
    Program(LibraryRef { retain: nothing, release: nothing, outer: ptr::null() });

unsafe extern "C" fn nothing(_: *const LibraryRef) {}

struct Program(LibraryRef);

// SAFETY: nothing writes to it, and its pointer is null.
unsafe impl Sync for Program {}

/// The reference count from the host. That of a program in one, and in a library
/// before `connect`.
static CURRENT: AtomicPtr<LibraryRef> = AtomicPtr::new((&raw const PROGRAM.0).cast_mut());

/// Sets the reference count that this library uses from now on.
pub(super) fn set_current(library_ref: *const LibraryRef) {
    let library_ref = if library_ref.is_null() { &raw const PROGRAM.0 } else { library_ref };
    CURRENT.store(library_ref.cast_mut(), Ordering::Release);
}

/// Returns the reference count for objects of this library.
#[inline]
pub(crate) fn current() -> *const LibraryRef {
    CURRENT.load(Ordering::Acquire)
}

/// Returns the reference count that the host provided; null in a program.
///
/// It keeps this library loaded as long as others use functions of it.
pub fn current_or_null() -> *const LibraryRef {
    let current = current();
    if ptr::eq(current, &raw const PROGRAM.0) { ptr::null() } else { current }
}

/// Adds a reference to a library, and to each outer library that provides
/// functions to it.
///
/// # Safety
///
/// `library_ref` belongs to a library that is in use, or to a program.
#[inline]
pub(crate) unsafe fn retain(mut library_ref: *const LibraryRef) {
    // SAFETY: the contract of this function; a library that is in use keeps its
    // outer libraries loaded.
    while let Some(LibraryRef { retain, outer, .. }) = unsafe { library_ref.as_ref() } {
        // SAFETY: as above.
        unsafe { retain(library_ref) };
        library_ref = *outer;
    }
}

/// Releases the references of one [`retain`].
///
/// # Safety
///
/// `library_ref` was retained, and nothing that it kept loaded is used again.
#[inline]
pub(crate) unsafe fn release(mut library_ref: *const LibraryRef) {
    while !library_ref.is_null() {
        // SAFETY: the contract of this function; the outer ones are still
        // retained.
        let LibraryRef { release, outer, .. } = unsafe { *library_ref };
        // SAFETY: as above. From here on this `library_ref` may be freed.
        unsafe { release(library_ref) };
        library_ref = outer;
    }
}
