//! The storage for values that are borrowed for one call.
#![expect(unsafe_code, reason = "stored values are borrowed through pointers until the call ends")]

use core::cell::Cell;
use core::ptr;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::abi::RawBorrowed;
use crate::object::loan::Loan;
use crate::runtime::failure;

/// States whether a value contains something that a [`CallScope`] must store.
///
/// Such a value is dropped when the call returns.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NeedsScope {
    Never,
    /// A derived type does not look into its fields, since it may refer to
    /// itself.
    Perhaps,
    Always,
}

impl NeedsScope {
    /// Returns the value for a derived type, with or without lifetimes.
    pub const fn derived(borrows: bool) -> Self {
        if borrows { NeedsScope::Perhaps } else { NeedsScope::Never }
    }

    /// Returns the value for a type with such parts.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        match (self, other) {
            (NeedsScope::Always, _) | (_, NeedsScope::Always) => NeedsScope::Always,
            (NeedsScope::Never, NeedsScope::Never) => NeedsScope::Never,
            _ => NeedsScope::Perhaps,
        }
    }
}

/// The storage of one call, a local variable of it.
///
/// It is a linked list. The value that was stored last comes first.
#[doc(hidden)]
pub struct CallScope {
    last: Cell<*mut Stored<()>>,
    /// States whether a value must be given back.
    has_lent: Cell<bool>,
}

/// A value, and the function that drops it when the call ends.
///
/// The list refers to each as a `Stored<()>`, which has the same first fields.
#[repr(C)]
struct Stored<V> {
    before: *mut Stored<()>,
    end: unsafe fn(*mut Stored<()>),
    /// Gives the value back to the caller, if it was lent as `&mut`.
    give_back: Option<unsafe fn(*mut Stored<()>)>,
    value: V,
}

/// A value that was lent as `&mut`, and what gives it back.
struct Lent<V, F> {
    value: Option<V>,
    give_back: Option<F>,
}

/// One object, and what lends it. The object is dropped first.
struct Slot<B: ?Sized> {
    object: Option<Box<B>>,
    loan: Loan<B>,
}

impl CallScope {
    #[inline]
    pub(crate) fn new() -> Self {
        CallScope { last: Cell::new(ptr::null_mut()), has_lent: Cell::new(false) }
    }

    /// Stores a value, which may be used for as long as `self` lives.
    ///
    /// # Safety
    ///
    /// What the value borrows outlives `self`, whose drop drops the value.
    pub(crate) unsafe fn store<V>(&self, value: V) -> *mut V {
        // SAFETY: the contract of this function.
        unsafe { self.push(value, None) }
    }

    /// # Safety
    ///
    /// As for `store`.
    unsafe fn push<V>(&self, value: V, give_back: Option<unsafe fn(*mut Stored<()>)>) -> *mut V {
        let stored = Stored { before: self.last.get(), end: end::<V>, give_back, value };
        let stored = Box::into_raw(Box::new(stored));
        self.last.set(stored.cast());
        // SAFETY: boxed above, and alive until `self` is dropped.
        unsafe { &raw mut (*stored).value }
    }

    /// Stores a value that was lent as `&mut`. [`give_all_back`] passes it to
    /// `give_back`.
    ///
    /// [`give_all_back`]: Self::give_all_back
    pub(crate) fn store_lent<V: 'static, F: FnOnce(V) + 'static>(
        &self,
        value: V,
        give_back: F,
    ) -> *mut V {
        let lent = Lent { value: Some(value), give_back: Some(give_back) };
        // SAFETY: it borrows nothing that is not static.
        let stored = unsafe { self.push(lent, Some(self::give_back::<V, F>)) };
        self.has_lent.set(true);
        // SAFETY: stored above, and the value is in it until it is given back.
        unsafe { (*stored).value.as_mut().unwrap_unchecked() }
    }

    /// Gives the values back that were lent as `&mut`.
    ///
    /// # Safety
    ///
    /// The method has returned, and its result borrows none of them.
    pub(crate) unsafe fn give_all_back(&self) {
        let mut next = self.last.get();
        while !next.is_null() {
            // SAFETY: stored, and alive until `self` is dropped.
            let (before, give_back) = unsafe { ((*next).before, (*next).give_back) };
            if let Some(give_back) = give_back {
                // SAFETY: stored together with this function; the contract of
                // this one.
                unsafe { give_back(next) };
            }
            next = before;
        }
    }

    /// Returns `true` if a value must be given back.
    #[inline]
    pub(crate) fn has_lent(&self) -> bool {
        self.has_lent.get()
    }

    /// Stores the loan of an object, creates the object from it, and stores that
    /// too.
    ///
    /// The object may be used for as long as `self` lives.
    pub(crate) fn store_object<B: ?Sized + 'static>(
        &self,
        wire: RawBorrowed,
        make: impl FnOnce(*const Loan<B>) -> Box<B>,
    ) -> *mut B {
        // SAFETY: a `B` that is static borrows nothing else.
        let slot = unsafe { self.store(Slot::<B> { object: None, loan: Loan::new(wire) }) };
        // SAFETY: stored above, and alive until `self` is dropped.
        unsafe { &raw mut **(*slot).object.insert(make(&raw const (*slot).loan)) }
    }
}

/// # Safety
///
/// `stored` is a boxed `Stored<Lent<V, F>>`, and nothing borrows the value.
unsafe fn give_back<V, F: FnOnce(V)>(stored: *mut Stored<()>) {
    // SAFETY: the contract of this function.
    let lent = unsafe { &mut (*stored.cast::<Stored<Lent<V, F>>>()).value };
    if let (Some(value), Some(give_back)) = (lent.value.take(), lent.give_back.take()) {
        give_back(value);
    }
}

/// # Safety
///
/// `stored` is a boxed `Stored<V>`, which is dropped here only.
unsafe fn end<V>(stored: *mut Stored<()>) {
    // SAFETY: the contract of this function.
    drop(unsafe { Box::from_raw(stored.cast::<Stored<V>>()) });
}

impl Drop for CallScope {
    #[inline]
    fn drop(&mut self) {
        if !self.last.get().is_null() {
            self.drop_all();
        }
    }
}

impl CallScope {
    /// Drops all values, the last one first, since it may borrow from earlier
    /// ones.
    ///
    /// A panic in a drop is discarded, since the method has returned.
    fn drop_all(&mut self) {
        while !self.last.get().is_null() {
            let last = self.last.get();
            // SAFETY: boxed in `store`, and not dropped yet.
            let (before, end) = unsafe { ((*last).before, (*last).end) };
            self.last.set(before);
            // SAFETY: boxed in `store` together with this `end`, and removed
            // from the list.
            let ended = || unsafe { end(last) };
            if let Err(payload) = catch_unwind(AssertUnwindSafe(ended)) {
                failure::discard(payload);
            }
        }
    }
}

impl core::fmt::Debug for CallScope {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_tuple("CallScope").field(&!self.last.get().is_null()).finish()
    }
}
