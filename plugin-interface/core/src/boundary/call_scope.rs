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
pub enum NeedsScope {
    Never,
    /// A derived type does not look into its fields: it may lead to itself.
    Perhaps,
    Always,
}

impl NeedsScope {
    /// Of a derived type, with or without lifetimes.
    pub const fn derived(borrows: bool) -> Self {
        if borrows { NeedsScope::Perhaps } else { NeedsScope::Never }
    }

    /// Of a value with such parts.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        match (self, other) {
            (NeedsScope::Always, _) | (_, NeedsScope::Always) => NeedsScope::Always,
            (NeedsScope::Never, NeedsScope::Never) => NeedsScope::Never,
            _ => NeedsScope::Perhaps,
        }
    }
}

/// What is lent to one call: a local of it. The one that was stored last leads to
/// those before.
#[doc(hidden)]
pub struct CallScope(Cell<*mut Stored<()>>);

/// A value, and what to do when the call ends. Each is reached as one of `()`, which
/// begins alike.
#[repr(C)]
struct Stored<V> {
    before: *mut Stored<()>,
    end: unsafe fn(*mut Stored<()>),
    value: V,
}

/// One object, and the words that its maker gave along.
struct Slot<B: ?Sized> {
    data: [*mut c_void; 2],
    object: Option<Box<B>>,
}

impl CallScope {
    #[inline]
    pub(crate) fn new() -> Self {
        CallScope(Cell::new(ptr::null_mut()))
    }

    /// Keeps a value, which may be used for as long as this lives.
    pub(crate) fn store<V>(&self, value: V) -> *mut V {
        let stored = Box::into_raw(Box::new(Stored { before: self.0.get(), end: end::<V>, value }));
        self.0.set(stored.cast());
        // SAFETY: boxed above, and alive until `self` is dropped.
        unsafe { &raw mut (*stored).value }
    }

    /// Makes an object out of the address that `data` gets, and keeps both. The
    /// object may be used for as long as this lives.
    pub(crate) fn store_object<B: ?Sized + 'static>(
        &self,
        data: [*mut c_void; 2],
        make: impl FnOnce(*mut [*mut c_void; 2]) -> Box<B>,
    ) -> *mut B {
        let slot = self.store(Slot::<B> { data, object: None });
        // SAFETY: stored above, and alive until `self` is dropped.
        unsafe { &raw mut **(*slot).object.insert(make(&raw mut (*slot).data)) }
    }
}

/// # Safety
///
/// `stored` is a box of a `Stored<V>`, ended here only.
unsafe fn end<V>(stored: *mut Stored<()>) {
    // SAFETY: the contract of this function.
    drop(unsafe { Box::from_raw(stored.cast::<Stored<V>>()) });
}

impl Drop for CallScope {
    #[inline]
    fn drop(&mut self) {
        if !self.0.get().is_null() {
            self.drop_all();
        }
    }
}

impl CallScope {
    /// The last one first, which may borrow from those before. A panic in a drop
    /// ends there: the method has returned.
    fn drop_all(&mut self) {
        while !self.0.get().is_null() {
            let last = self.0.get();
            // SAFETY: boxed in `store`, and not ended yet.
            let (before, end) = unsafe { ((*last).before, (*last).end) };
            self.0.set(before);
            // SAFETY: boxed in `store` as what `end` ends, and taken from the list.
            let ended = || unsafe { end(last) };
            if let Err(payload) = catch_unwind(AssertUnwindSafe(ended)) {
                failure::discard(payload);
            }
        }
    }
}

impl core::fmt::Debug for CallScope {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_tuple("CallScope").field(&!self.0.get().is_null()).finish()
    }
}
