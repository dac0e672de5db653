//! How `&T` and `&[T]` cross: by pointer where `T` is plain, else as a copy.

/// Chosen by a type for its references.
#[doc(hidden)]
pub trait ByRef {
    const IS_POINTER: bool;
    /// By pointer, if both this and `Other` are.
    type And<Other: ByRef>: ByRef;
}

/// By pointer: the value lies in memory as its wire does.
#[doc(hidden)]
#[derive(Debug)]
pub enum ByPointer {}

/// As a copy that its owner gives away, and that lies in the call.
#[doc(hidden)]
#[derive(Debug)]
pub enum ByCopy {}

impl ByRef for ByPointer {
    const IS_POINTER: bool = true;
    type And<Other: ByRef> = Other;
}

impl ByRef for ByCopy {
    const IS_POINTER: bool = false;
    type And<Other: ByRef> = ByCopy;
}
