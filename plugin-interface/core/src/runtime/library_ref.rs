//! Who this library or program is, to those that it hands objects to.
#![expect(unsafe_code, reason = "counts what is lent, through functions of the host")]

use core::ptr;
use core::sync::atomic::{AtomicPtr, Ordering};

use crate::abi::LibraryRef;

/// A program stays where it is.
static PROGRAM: Program =
    Program(LibraryRef { retain: nothing, release: nothing, outer: ptr::null() });

unsafe extern "C" fn nothing(_: *const LibraryRef) {}

struct Program(LibraryRef);

// SAFETY: nothing is written to it, and it leads nowhere.
unsafe impl Sync for Program {}

/// Null for a program, and for a library before `connect`.
static CURRENT: AtomicPtr<LibraryRef> = AtomicPtr::new(ptr::null_mut());

/// From now on this library keeps itself mapped by `library_ref`.
pub(super) fn set_current(library_ref: *const LibraryRef) {
    CURRENT.store(library_ref.cast_mut(), Ordering::Release);
}

/// What the objects made here bear.
#[inline]
pub(crate) fn current() -> *const LibraryRef {
    let current = CURRENT.load(Ordering::Acquire);
    if current.is_null() { &raw const PROGRAM.0 } else { current }
}

/// What keeps this library mapped while functions of its own are lent to others;
/// null for a program.
pub fn current_or_null() -> *const LibraryRef {
    CURRENT.load(Ordering::Acquire)
}

/// Keeps a library mapped once more, and each that lends it what this takes.
///
/// # Safety
///
/// `library_ref` is of a library that is in use, or of a program.
#[inline]
pub(crate) unsafe fn retain(mut library_ref: *const LibraryRef) {
    // SAFETY: the contract of this function; a library that is in use has those
    // mapped that lend it something.
    while let Some(LibraryRef { retain, outer, .. }) = unsafe { library_ref.as_ref() } {
        // SAFETY: as above.
        unsafe { retain(library_ref) };
        library_ref = *outer;
    }
}

/// Ends what one [`retain`] began.
///
/// # Safety
///
/// `library_ref` was retained, and nothing that this kept mapped is used again.
#[inline]
pub(crate) unsafe fn release(mut library_ref: *const LibraryRef) {
    while !library_ref.is_null() {
        // SAFETY: the contract of this function; what is outer is retained yet.
        let LibraryRef { release, outer, .. } = unsafe { *library_ref };
        // SAFETY: as above. From here on this library_ref may be gone.
        unsafe { release(library_ref) };
        library_ref = outer;
    }
}
