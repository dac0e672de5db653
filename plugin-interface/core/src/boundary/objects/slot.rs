//! The slot of a parameter that is a borrowed object: the memory of its proxy, in
//! the frame of the call.
#![expect(unsafe_code, reason = "a slot drops what a pointer leads to")]

use core::cell::{Cell, UnsafeCell};
use core::fmt;
use core::mem::MaybeUninit;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::abi::RawBorrowed;
use crate::boundary::PassedBy;
use crate::boundary::objects::dyn_trait::Dyn;
use crate::boundary::objects::place::InSlot;
use crate::object::loan::{Lent, Loan};
use crate::object::remote::RemoteObject;
use crate::runtime::failure;

/// The slot of a borrowed `B`: the proxy, and the loan that it refers to.
///
/// Both end with it. So nothing is allocated for the parameter, and no list says
/// what is to be dropped.
#[doc(hidden)]
pub struct LentSlot<B: Dyn + ?Sized> {
    is_full: Cell<bool>,
    loan: UnsafeCell<MaybeUninit<Loan<B>>>,
    adopted: UnsafeCell<MaybeUninit<B::Adopted>>,
}

impl<B: Dyn + ?Sized> Default for LentSlot<B> {
    #[inline(always)]
    fn default() -> Self {
        let mut slot = MaybeUninit::<Self>::uninit();
        // SAFETY: within the slot. The other fields need no value. A constant of all of
        // them would be copied as a whole.
        unsafe {
            (&raw mut (*slot.as_mut_ptr()).is_full).write(Cell::new(false));
            slot.assume_init()
        }
    }
}

impl<B: Dyn + ?Sized> PassedBy<RawBorrowed> for LentSlot<B> {
    type Passed = *const RawBorrowed;
}

impl<B: Dyn + ?Sized> LentSlot<B> {
    /// Lends the object to a proxy, and returns that.
    ///
    /// # Safety
    ///
    /// 1. The object is of type `B` and has so many methods, and `remote` suits it.
    ///    It and its library are borrowed for as long as the slot lives.
    /// 2. Wire and slot are not moved from here on, and this is called once.
    #[inline(always)]
    pub(crate) unsafe fn lend(
        &self,
        wire: &RawBorrowed,
        methods: u32,
        remote: impl FnOnce(Lent, u32) -> RemoteObject,
    ) -> *mut B {
        // SAFETY: nothing refers to the memory yet.
        let loan = unsafe { (*self.loan.get()).write(Loan::new()) };
        // SAFETY: the contract of this function; dropped in its place, with `self`.
        let lent = unsafe { Loan::lend(loan, wire) };
        let (remote, place) = (remote(lent, methods), InSlot(self.adopted.get()));
        // SAFETY: of this type, and checked. The memory is free.
        let adopted = unsafe { B::adopt(remote, place) };
        self.is_full.set(true);
        adopted
    }

    /// Drops the proxy, from which the object was moved, and then the loan.
    ///
    /// A panic in a drop is discarded, since the method has returned.
    #[cold]
    #[inline(never)]
    fn end(&mut self) {
        // SAFETY: `lend` wrote it, and the call that used it has ended.
        let end = || unsafe { self.adopted.get_mut().assume_init_drop() };
        if let Err(payload) = catch_unwind(AssertUnwindSafe(end)) {
            failure::discard(payload);
        }
        // SAFETY: `lend` wrote it. If the proxy that refers to it lives on, the
        // process ends here.
        unsafe { self.loan.get_mut().assume_init_drop() };
    }
}

impl<B: Dyn + ?Sized> Drop for LentSlot<B> {
    #[inline(always)]
    fn drop(&mut self) {
        if !self.is_full.get() {
            return;
        }
        let loan = self.loan.get().cast();
        // SAFETY: `lend` wrote it.
        if !B::has_still(unsafe { self.adopted.get_mut().assume_init_ref() }, loan) {
            self.end();
        }
    }
}

impl<B: Dyn + ?Sized> fmt::Debug for LentSlot<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LentSlot").field("is_full", &self.is_full.get()).finish()
    }
}
