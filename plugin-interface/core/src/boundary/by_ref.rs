//! The ways to pass references: by pointer if their target is plain, else as a
//! copy, as a list of slices, or field by field.
#![expect(unsafe_code, reason = "the way decides about layouts")]

use crate::boundary::{Copies, KeepsCopies};

/// The way in which references to a type are passed.
///
/// # Safety
///
/// `IS_POINTER` is `true` for [`ByPointer`] only.
#[doc(hidden)]
pub unsafe trait ByRef {
    const IS_POINTER: bool;
    /// By pointer if both this and `Other` are, else as a copy.
    type And<Other: ByRef>: ByRef;
    /// What a proxy keeps of references that methods return in this way.
    type Copies: KeepsCopies;
}

/// By pointer: the value has the layout of its wire.
#[doc(hidden)]
#[derive(Debug)]
pub enum ByPointer {}

/// As a copy that the caller passes by value, and that the [`CallScope`]
/// stores.
///
/// [`CallScope`]: crate::boundary::CallScope
#[doc(hidden)]
#[derive(Debug)]
pub enum ByCopy {}

/// As a list of the places of slices, which are not copied.
#[doc(hidden)]
#[derive(Debug)]
pub enum ByParts {}

/// As a copy, but `&mut` field by field: a derived struct of references.
#[doc(hidden)]
#[derive(Debug)]
pub enum ByFields {}

// SAFETY: by pointer.
unsafe impl ByRef for ByPointer {
    const IS_POINTER: bool = true;
    type And<Other: ByRef> = Other;
    type Copies = ();
}

// SAFETY: as a copy.
unsafe impl ByRef for ByCopy {
    const IS_POINTER: bool = false;
    type And<Other: ByRef> = ByCopy;
    type Copies = Copies;
}

// SAFETY: field by field.
unsafe impl ByRef for ByFields {
    const IS_POINTER: bool = false;
    type And<Other: ByRef> = ByCopy;
    type Copies = Copies;
}

// SAFETY: as a list.
unsafe impl ByRef for ByParts {
    const IS_POINTER: bool = false;
    type And<Other: ByRef> = ByCopy;
    type Copies = Copies;
}
