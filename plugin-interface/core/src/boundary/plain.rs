//! The proof that a plain type has the layout of its wire.
//!
//! `#[derive(FfiSafe)]` reads tokens, and what the compiler sees may be another
//! type: an attribute below the derive can change it, and a macro can hand other
//! tokens to the derive. So a derived type that is passed by pointer has a
//! `PLAIN` that compiles only for the layout that the derive relies on:
//!
//! - size and alignment are those of the wire;
//! - each field of a struct lies where its wire does;
//! - for each variant of an enum, the compiler sees that variant and its fields
//!   in the wire, and a value of it begins with its tag.
//!
//! Both halves of the last line are needed. An enum with a wider tag has fields
//! in the same places, but would not be seen in a wire, whose padding is not
//! initialised. One with a narrower tag would be, but its value has no whole
//! tag. In a constant, either is a compile error.
#![expect(unsafe_code, reason = "layouts are compared by looking at bytes")]

use core::mem::{MaybeUninit, transmute_copy};
use core::ptr::from_ref;

/// Returns the value that has this wire.
///
/// # Safety
///
/// The wire is the sample of `T`, which is plain.
pub const unsafe fn sample<W: Copy, T>(wire: MaybeUninit<W>) -> T {
    // SAFETY: a plain value has the size and the bits of its wire.
    unsafe { transmute_copy(&wire) }
}

/// Looks at a wire as if it were the value.
///
/// # Safety
///
/// Called in a constant only, with the sample of a wire. There, the compiler
/// refuses to look at bytes that are no value of `T`.
pub const unsafe fn seen_as<W: Copy, T>(wire: &W) -> &T {
    assert!(size_of::<T>() == size_of::<W>() && align_of::<T>() == align_of::<W>());
    // SAFETY: the size and the alignment fit. The bytes are initialised where the
    // wire is, and the contract leaves the rest to the compiler.
    unsafe { &*from_ref(wire).cast() }
}

/// Returns `true` if both references point to the same address.
///
/// # Safety
///
/// They point into the same value.
pub const unsafe fn is_same_place<A, B>(one: &A, other: &B) -> bool {
    let (one, other) = (from_ref(one).cast::<u8>(), from_ref(other).cast::<u8>());
    // SAFETY: the contract of this function.
    unsafe { one.offset_from(other) == 0 }
}

/// Returns the tag at the begin of an enum. In a constant, an enum that begins
/// with anything else is a compile error.
///
/// # Safety
///
/// Called in a constant only. There, the compiler refuses to read bytes that are
/// not initialised.
pub const unsafe fn tag<T>(value: &MaybeUninit<T>) -> u32 {
    assert!(size_of::<T>() >= size_of::<u32>() && align_of::<T>() >= align_of::<u32>());
    // SAFETY: the value is large and aligned enough, and every value is a `u32`.
    // The contract leaves bytes that are not initialised to the compiler.
    unsafe { *value.as_ptr().cast::<u32>() }
}
