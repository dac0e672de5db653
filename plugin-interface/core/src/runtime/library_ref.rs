//! Who this library or program is, to those that it hands objects to.
#![expect(unsafe_code, reason = "counts what is lent, through functions of the host")]

use core::ptr;
use core::sync::atomic::{AtomicPtr, Ordering};

use crate::abi::RawKeep;

/// A program stays where it is.
static PROGRAM: Program =
    Program(RawKeep { retain: nothing, release: nothing, outer: ptr::null() });

unsafe extern "C" fn nothing(_: *const RawKeep) {}

struct Program(RawKeep);

// SAFETY: nothing is written to it, and it leads nowhere.
unsafe impl Sync for Program {}

/// Null for a program, and for a library before `connect`.
static LENT: AtomicPtr<RawKeep> = AtomicPtr::new(ptr::null_mut());

/// From now on this library keeps itself mapped by `keep`.
pub(super) fn settle(keep: *const RawKeep) {
    LENT.store(keep.cast_mut(), Ordering::Release);
}

/// What the objects made here bear.
#[inline]
pub(crate) fn here() -> *const RawKeep {
    let lent = LENT.load(Ordering::Acquire);
    if lent.is_null() { &raw const PROGRAM.0 } else { lent }
}

/// What keeps this library mapped while functions of its own are lent to others;
/// null for a program.
pub fn lent() -> *const RawKeep {
    LENT.load(Ordering::Acquire)
}

/// Keeps a library mapped once more, and each that lends it what this takes.
///
/// # Safety
///
/// `keep` is of a library that is in use, or of a program.
#[inline]
pub(crate) unsafe fn retain(mut keep: *const RawKeep) {
    // SAFETY: the contract of this function; a library that is in use has those
    // mapped that lend it something.
    while let Some(RawKeep { retain, outer, .. }) = unsafe { keep.as_ref() } {
        // SAFETY: as above.
        unsafe { retain(keep) };
        keep = *outer;
    }
}

/// Ends what one [`retain`] began.
///
/// # Safety
///
/// `keep` was retained, and nothing that this kept mapped is used again.
#[inline]
pub(crate) unsafe fn release(mut keep: *const RawKeep) {
    while !keep.is_null() {
        // SAFETY: the contract of this function; what is outer is retained yet.
        let RawKeep { release, outer, .. } = unsafe { *keep };
        // SAFETY: as above. From here on this keep may be gone.
        unsafe { release(keep) };
        keep = outer;
    }
}
