//! What is lent for a call, and has to lie somewhere meanwhile.
#![expect(unsafe_code, reason = "what is lent is reached by pointers until the call ends")]

use core::cell::Cell;
use core::ffi::c_void;
use core::ptr;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::runtime::failure;

/// Whether something in a value has to lie in the call that it is passed to, and
/// is gone with it.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lends {
    Never,
    /// A derived type does not look into its fields: it may lead to itself.
    Perhaps,
    Always,
}

impl Lends {
    /// Of a derived type, with or without lifetimes.
    pub const fn derived(borrows: bool) -> Self {
        if borrows { Lends::Perhaps } else { Lends::Never }
    }

    /// Of a value with such parts.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        match (self, other) {
            (Lends::Always, _) | (_, Lends::Always) => Lends::Always,
            (Lends::Never, Lends::Never) => Lends::Never,
            _ => Lends::Perhaps,
        }
    }
}

/// What is lent to one call: a local of it. The one that was kept last leads to
/// those before.
#[doc(hidden)]
pub struct Lendings(Cell<*mut Kept<()>>);

/// A value, and what to do when the call ends. Each is reached as one of `()`, which
/// begins alike.
#[repr(C)]
struct Kept<V> {
    before: *mut Kept<()>,
    end: unsafe fn(*mut Kept<()>),
    value: V,
}

/// One object, and the words that its maker gave along.
struct Slot<B: ?Sized> {
    data: [*mut c_void; 2],
    object: Option<Box<B>>,
}

impl Lendings {
    #[inline]
    pub(crate) fn new() -> Self {
        Lendings(Cell::new(ptr::null_mut()))
    }

    /// Keeps a value, which may be used for as long as this lives.
    pub(crate) fn keep<V>(&self, value: V) -> *mut V {
        let kept = Box::into_raw(Box::new(Kept { before: self.0.get(), end: end::<V>, value }));
        self.0.set(kept.cast());
        // SAFETY: boxed above, and alive until `self` is dropped.
        unsafe { &raw mut (*kept).value }
    }

    /// Makes an object out of the address that `data` gets, and keeps both. The
    /// object may be used for as long as this lives.
    pub(crate) fn hold<B: ?Sized + 'static>(
        &self,
        data: [*mut c_void; 2],
        make: impl FnOnce(*mut [*mut c_void; 2]) -> Box<B>,
    ) -> *mut B {
        let slot = self.keep(Slot::<B> { data, object: None });
        // SAFETY: kept above, and alive until `self` is dropped.
        unsafe { &raw mut **(*slot).object.insert(make(&raw mut (*slot).data)) }
    }
}

/// # Safety
///
/// `kept` is a box of a `Kept<V>`, ended here only.
unsafe fn end<V>(kept: *mut Kept<()>) {
    // SAFETY: the contract of this function.
    drop(unsafe { Box::from_raw(kept.cast::<Kept<V>>()) });
}

impl Drop for Lendings {
    #[inline]
    fn drop(&mut self) {
        if !self.0.get().is_null() {
            self.end_all();
        }
    }
}

impl Lendings {
    /// The last one first, which may borrow from those before. A panic in a drop
    /// ends there: the method has returned.
    fn end_all(&mut self) {
        while !self.0.get().is_null() {
            let last = self.0.get();
            // SAFETY: boxed in `keep`, and not ended yet.
            let (before, end) = unsafe { ((*last).before, (*last).end) };
            self.0.set(before);
            // SAFETY: boxed in `keep` as what `end` ends, and taken from the list.
            let ended = || unsafe { end(last) };
            if let Err(payload) = catch_unwind(AssertUnwindSafe(ended)) {
                failure::discard(payload);
            }
        }
    }
}

impl core::fmt::Debug for Lendings {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_tuple("Lendings").field(&!self.0.get().is_null()).finish()
    }
}
