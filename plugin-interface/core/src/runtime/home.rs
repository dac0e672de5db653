//! Who this library or program is, to those that it hands objects to.
#![expect(unsafe_code, reason = "counts what is lent, through functions of the host")]

use core::ptr;
use core::sync::atomic::{AtomicPtr, Ordering};

use crate::abi::RawKeep;

/// A program stays where it is.
static PROGRAM: RawKeep = RawKeep { retain: nothing, release: nothing };

unsafe extern "C" fn nothing(_: *const RawKeep) {}

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
    if lent.is_null() { &raw const PROGRAM } else { lent }
}

/// Keeps a library mapped once more.
///
/// # Safety
///
/// `keep` is of a library that is in use, or of a program.
#[inline]
pub(crate) unsafe fn retain(keep: *const RawKeep) {
    // SAFETY: the contract of this function.
    unsafe { ((*keep).retain)(keep) }
}

/// Ends what one [`retain`] began.
///
/// # Safety
///
/// `keep` was retained, and nothing that this kept mapped is used again.
#[inline]
pub(crate) unsafe fn release(keep: *const RawKeep) {
    // SAFETY: the contract of this function.
    unsafe { ((*keep).release)(keep) }
}
