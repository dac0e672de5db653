//! The caller's part of a call: the values that it lends as `&mut`, and that
//! are passed as copies.
#![expect(unsafe_code, reason = "copies are read through pointers when the call has returned")]

use core::cell::Cell;
use core::ptr::NonNull;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::boundary::lift_error::{LiftError, ReturnError};
use crate::boundary::origin::Origin;
use crate::runtime::failure;
use crate::runtime::in_flight::Running;

/// A value that the caller lends, and its copy that the callee changes.
///
/// # Safety
///
/// `commit` has no condition but that the value is still lent.
pub(crate) unsafe trait Lent {
    /// Returns the one that was lent before.
    fn before(&self) -> Option<NonNull<dyn Lent>>;

    /// Takes the copy back, and leaves the value as it is.
    fn take_back(&mut self) -> Result<(), LiftError>;

    /// Replaces the value by the copy. It runs no code of the value's type.
    ///
    /// # Safety
    ///
    /// The value is still lent, and the copy was taken back.
    unsafe fn commit(&mut self);
}

/// What a caller lends for one call, a local variable of the caller.
///
/// It is a linked list. The value that was lent last comes first.
#[doc(hidden)]
pub struct CallerScope {
    last: Cell<Option<NonNull<dyn Lent>>>,
    /// The origin of the copies that are taken back.
    origin: Origin,
    /// Lists the call, where that is wanted.
    running: Running,
}

impl CallerScope {
    /// Creates a scope for a call of a method of that origin.
    #[inline]
    pub(crate) fn new(origin: Origin, running: Running) -> Self {
        CallerScope { last: Cell::new(None), origin, running }
    }

    /// Stores what `make` returns, until the scope is dropped. `make` receives
    /// the one that was stored before, and the origin of what is taken back.
    pub(crate) fn lend<L: Lent + 'static>(
        &self,
        make: impl FnOnce(Option<NonNull<dyn Lent>>, Origin) -> L,
    ) -> NonNull<L> {
        let lent = Box::new(make(self.last.get(), self.origin));
        // SAFETY: a box is not null.
        let lent = unsafe { NonNull::new_unchecked(Box::into_raw(lent)) };
        self.last.set(Some(lent));
        lent
    }

    /// Replaces all values that were lent by their copies, if the method
    /// returned and each copy is valid. Otherwise no value changes.
    ///
    /// # Safety
    ///
    /// The call has returned, and the values are still lent.
    #[inline(always)]
    pub unsafe fn end<R>(self, returned: Result<R, ReturnError>) -> Result<R, ReturnError> {
        if self.last.get().is_none() {
            return returned;
        }
        // SAFETY: the contract of this function.
        unsafe { self.end_lent(returned) }
    }

    /// # Safety
    ///
    /// As for `end`.
    #[inline(never)]
    unsafe fn end_lent<R>(self, returned: Result<R, ReturnError>) -> Result<R, ReturnError> {
        let value = returned?;
        // SAFETY: the contract of this function.
        unsafe { self.replace_all() }.map_err(ReturnError::invalid)?;
        Ok(value)
    }

    /// # Safety
    ///
    /// As for `end`.
    unsafe fn replace_all(&self) -> Result<(), LiftError> {
        let all = || {
            core::iter::successors(self.last.get(), |lent| {
                // SAFETY: stored by `lend`, and alive until `self` is dropped.
                unsafe { lent.as_ref() }.before()
            })
        };
        for mut lent in all() {
            // SAFETY: as above; nothing else uses it, since the call has
            // returned.
            unsafe { lent.as_mut() }.take_back()?;
        }
        for mut lent in all() {
            // SAFETY: as above, and taken back.
            unsafe { lent.as_mut().commit() };
        }
        Ok(())
    }

    /// Drops what is stored. A panic in a drop is discarded, as the call has
    /// ended.
    #[inline(never)]
    fn drop_all(&self) {
        while let Some(last) = self.last.get() {
            // SAFETY: stored by `lend`, and dropped here only.
            let lent = unsafe { Box::from_raw(last.as_ptr()) };
            self.last.set(lent.before());
            if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(lent))) {
                failure::discard(payload);
            }
        }
    }
}

impl Drop for CallerScope {
    #[inline]
    fn drop(&mut self) {
        if self.last.get().is_some() {
            self.drop_all();
        }
    }
}

impl core::fmt::Debug for CallerScope {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let mut scope = f.debug_struct("CallerScope");
        scope.field("origin", &self.origin).field("running", &self.running);
        scope.finish_non_exhaustive()
    }
}
