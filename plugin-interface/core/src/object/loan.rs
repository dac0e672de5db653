//! An object that is lent for one call, and the proof that nobody kept it.
//!
//! The proxy of such an object has the same type as one that owns its object. A
//! `&mut` to it leads to the proxy where the interface has a supertrait such as
//! `Any`, or one whose blanket impl swaps values of one type. Then safe code can
//! move the proxy out of the call. So the call counts it: it ends only after
//! the proxy was dropped, wherever that happens.
#![expect(unsafe_code, reason = "a proxy refers to the call that it is lent for")]

use core::any::type_name;
use core::marker::{PhantomData, PhantomPinned};
use core::ptr::{self, NonNull};
use core::sync::atomic::{AtomicBool, Ordering};
use std::io::{self, Write as _};

use crate::abi::{ObjectTable, Opaque, RawBorrowed};

/// The part of a call that lends one object, of type `B`.
///
/// # Aborts
///
/// Its drop ends the process if the object is still in use: whatever holds it
/// could call into memory that is gone.
#[repr(transparent)]
pub(crate) struct Loan<B: ?Sized>(Terms, PhantomData<fn(&B)>);

/// What a [`Lent`] refers to.
struct Terms {
    /// What was received, in the frame of the call.
    wire: *const RawBorrowed,
    /// Is `true` while a [`Lent`] exists.
    is_out: AtomicBool,
    /// A [`Lent`] refers to it, also while its owner is borrowed exclusively.
    _pinned: PhantomPinned,
}

impl<B: ?Sized> Loan<B> {
    #[inline(always)]
    pub(crate) fn new() -> Self {
        let is_out = AtomicBool::new(false);
        Loan(Terms { wire: ptr::null(), is_out, _pinned: PhantomPinned }, PhantomData)
    }

    /// Lends an object. This is done once.
    ///
    /// # Safety
    ///
    /// 1. The object is borrowed for as long as the loan lives, and so is the
    ///    library whose table it has. The wire stays in its place for as long.
    /// 2. The pointer is to a loan, which is dropped in its place, and is not
    ///    moved before.
    #[inline(always)]
    pub(crate) unsafe fn lend(loan: *mut Loan<B>, wire: *const RawBorrowed) -> Lent {
        // SAFETY: the contract of this function.
        unsafe {
            let terms = &raw mut (*loan).0;
            (*terms).wire = wire;
            (*terms).is_out = AtomicBool::new(true);
            Lent(NonNull::new_unchecked(terms))
        }
    }
}

impl<B: ?Sized> Drop for Loan<B> {
    #[inline]
    fn drop(&mut self) {
        // With the `Release` of the drop, which may have been on another thread.
        if self.0.is_out.load(Ordering::Acquire) {
            was_kept(type_name::<B>());
        }
    }
}

#[cold]
#[inline(never)]
fn was_kept(name: &str) -> ! {
    // Not by `eprintln!`, which panics where stderr cannot be written. Then the
    // proxy would live on.
    let _ = writeln!(
        io::stderr(),
        "the `{name}` that was lent for a call was moved away, and is in use after the call; \
         the process ends, since the object may be gone: never swap or replace a proxy behind a \
         `&mut dyn`, or pass the object in a `Box`"
    );
    std::process::abort()
}

/// The object of a proxy that is lent for a call.
///
/// Its [`Loan`] lives for as long as this does, or the process ends.
pub(crate) struct Lent(NonNull<Terms>);

impl Lent {
    /// Returns `true` if it was lent by that loan.
    #[inline(always)]
    pub(crate) fn is_of(&self, loan: *const ()) -> bool {
        ptr::addr_eq(self.0.as_ptr(), loan)
    }

    #[inline(always)]
    fn terms(&self) -> &Terms {
        // SAFETY: the loan lives for as long as `self`.
        unsafe { self.0.as_ref() }
    }

    #[inline(always)]
    pub(crate) fn wire(&self) -> &RawBorrowed {
        // SAFETY: it is in its place for as long as the loan lives.
        unsafe { &*self.terms().wire }
    }

    #[inline(always)]
    pub(crate) fn table(&self) -> &ObjectTable {
        // SAFETY: its library is borrowed for as long as the loan lives.
        unsafe { &*self.wire().table }
    }

    /// Returns the first argument of its methods.
    #[inline(always)]
    pub(crate) fn instance(&self) -> *mut Opaque {
        let wire = self.wire();
        if wire.instance.is_null() {
            ptr::from_ref(&wire.data).cast_mut().cast()
        } else {
            wire.instance
        }
    }
}

impl Drop for Lent {
    #[inline]
    fn drop(&mut self) {
        self.terms().is_out.store(false, Ordering::Release);
    }
}
