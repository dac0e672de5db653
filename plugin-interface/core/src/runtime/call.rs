//! The callee's part of a call: lifts the arguments and contains the panic.
#![expect(unsafe_code, reason = "arguments arrive as pointers")]

use core::mem::ManuallyDrop;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::failure;
use crate::abi::{Failure, Opaque, Outcome};
use crate::boundary::{
    CallScope, FfiSafe, InstanceStorage, LiftError, Origin, OwningStorage, PassedWire, Space,
};

/// One call: a local variable of a generated function.
///
/// Lifted arguments borrow from it. So an interface that claims a longer borrow
/// than the call (`&'static str`) does not compile.
///
/// With an `N` of 1 it has a [`CallScope`], in which borrowed objects are
/// stored. With 0 it costs nothing.
#[doc(hidden)]
#[derive(Debug)]
pub struct Call<const N: usize>([CallScope; N]);

impl<const N: usize> Call<N> {
    /// Creates a call. Not `const`, so that no reference to it becomes
    /// `'static`.
    #[expect(clippy::new_without_default, reason = "created by generated code only")]
    #[inline]
    pub fn new() -> Self {
        Call(core::array::from_fn(|_| CallScope::new()))
    }

    /// Borrows the instance, shared, for the call.
    ///
    /// # Safety
    ///
    /// `this` points to a `P` that lives as long as `self` is borrowed. Nothing
    /// borrows its `T` exclusively meanwhile.
    #[inline]
    pub unsafe fn shared<T: ?Sized, P: InstanceStorage<T>>(&self, this: *mut Opaque) -> &T {
        // SAFETY: the contract of this function.
        unsafe { P::shared(this) }
    }

    /// Borrows the instance, exclusively, for the call.
    ///
    /// # Safety
    ///
    /// `this` points to a `P` that lives as long as `self` is borrowed. Nothing
    /// else borrows its `T` meanwhile, and this is called once.
    #[inline]
    #[expect(clippy::mut_from_ref, reason = "the borrow comes from the pointer")]
    pub unsafe fn exclusive<T: ?Sized, P: InstanceStorage<T>>(&self, this: *mut Opaque) -> &mut T {
        // SAFETY: the contract of this function.
        unsafe { P::exclusive(this) }
    }

    /// Takes over the instance, or drops this owner of it if there are others.
    ///
    /// # Safety
    ///
    /// As for [`OwningStorage::take`].
    #[inline]
    pub unsafe fn taken<T: ?Sized, P: OwningStorage<T>>(
        &self,
        this: *mut Opaque,
    ) -> Option<Box<T>> {
        // SAFETY: the contract of this function.
        unsafe { P::take(this) }
    }

    /// Lifts one argument of a method of a `T` in a `P`.
    ///
    /// # Safety
    ///
    /// 1. `passed` was lowered from an `A` by the caller of the function that has
    ///    `self` as a local variable: the caller's borrows outlive it. If the
    ///    caller of a `P` is foreign, it obeys the documented layout instead.
    /// 2. If `N` is 1, the result of the method does not borrow from `A`.
    /// 3. Both are local variables as `self` is. They are not moved, and the
    ///    slot is used once.
    #[inline(always)]
    pub unsafe fn argument<A: FfiSafe, T: ?Sized, P: InstanceStorage<T>>(
        &self,
        passed: &A::Passed,
        slot: &A::Slot,
    ) -> A::At<'_> {
        // SAFETY: the contract of this function.
        valid(unsafe { self.try_argument::<A, T, P>(passed, slot) })
    }

    /// Lifts one argument, or returns the reason why it is invalid.
    ///
    /// # Safety
    ///
    /// As for `argument`.
    #[inline(always)]
    pub unsafe fn try_argument<A: FfiSafe, T: ?Sized, P: InstanceStorage<T>>(
        &self,
        passed: &A::Passed,
        slot: &A::Slot,
    ) -> Result<A::At<'_>, LiftError> {
        let origin = self.0.first().map_or(P::CALLER, |scope| P::CALLER.in_call(scope));
        // SAFETY: the caller's borrows outlive the call, and so this borrow; the
        // contract of this function.
        unsafe { A::lift_in(passed.wire(origin)?, origin, slot) }
    }

    /// Returns the origin of arguments that are lifted by themselves.
    pub(crate) fn origin_of_arguments(&self, caller: Origin) -> Origin {
        self.0.first().map_or(caller, |scope| caller.in_call(scope))
    }

    /// Runs the method as [`contain`] does, and then gives the caller back what
    /// it lent as `&mut`, unless the method panicked.
    ///
    /// # Safety
    ///
    /// If `N` is 1, the result of the method does not borrow from its arguments,
    /// and those that were lifted within `method` are not used after it.
    #[inline]
    pub unsafe fn contain<R: FfiSafe>(&self, method: impl FnOnce() -> R) -> Outcome<R::Returned> {
        let Some(scope) = self.0.first() else { return contain(method) };
        let space = Space::new();
        // SAFETY: the contract of this function; dropped before the space.
        let _scope = unsafe { scope.within(&space) };
        let all = || {
            let returned = method().lower_return();
            if !scope.has_lent() {
                return returned;
            }
            let returned = Returned::<R>(returned);
            // SAFETY: the contract of this function.
            unsafe { scope.give_all_back() };
            ManuallyDrop::new(returned).0
        };
        outcome_of::<R>(all)
    }
}

/// A lowered result, which is dropped if the arguments cannot be given back.
struct Returned<R: FfiSafe>(Outcome<R::Returned>);

impl<R: FfiSafe> Drop for Returned<R> {
    #[cold]
    fn drop(&mut self) {
        // SAFETY: lowered from an `R`, and lifted nowhere else.
        let end = || drop(unsafe { R::lift_return(self.0, Origin::Rust) });
        // The hook reported the panic of a drop.
        if let Err(payload) = catch_unwind(AssertUnwindSafe(end)) {
            failure::discard(payload);
        }
    }
}

/// Returns the slot of a parameter, as a local variable of a generated function.
#[doc(hidden)]
#[inline(always)]
pub fn slot<S: Default>() -> S {
    S::default()
}

/// Returns a lifted value.
///
/// # Panics
///
/// If it is invalid.
#[doc(hidden)]
#[inline]
pub fn valid<T>(lifted: Result<T, LiftError>) -> T {
    match lifted {
        Ok(value) => value,
        Err(invalid) => refuse(invalid),
    }
}

/// Returns a borrow that ends with `end` at the latest.
#[doc(hidden)]
#[inline(always)]
pub fn shorter<'e, E, T: ?Sized>(end: &'e E, value: &'e T) -> &'e T {
    let _ = end;
    value
}

/// Returns an exclusive borrow that ends with `end` at the latest.
#[doc(hidden)]
#[inline(always)]
pub fn shorter_mut<'e, E, T: ?Sized>(end: &'e E, value: &'e mut T) -> &'e mut T {
    let _ = end;
    value
}

/// Returns an instance that was taken over.
///
/// # Panics
///
/// If it has other owners.
#[doc(hidden)]
#[inline]
pub fn alone<T: ?Sized>(taken: Option<Box<T>>) -> Box<T> {
    taken.expect("the caller owns the instance alone, as `self: Box<Self>` asks")
}

#[cold]
#[inline(never)]
fn refuse(invalid: LiftError) -> ! {
    panic!("the caller passed an invalid value: {invalid}")
}

/// Runs a method and turns its return or its panic into an outcome.
#[doc(hidden)]
#[inline]
pub fn contain<R: FfiSafe>(method: impl FnOnce() -> R) -> Outcome<R::Returned> {
    outcome_of::<R>(|| method().lower_return())
}

#[inline(always)]
fn outcome_of<R: FfiSafe>(call: impl FnOnce() -> Outcome<R::Returned>) -> Outcome<R::Returned> {
    // The instance may be left in any valid state, as after each caught panic.
    // The plugin stays usable.
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(outcome) => outcome,
        Err(payload) => Outcome::failed(failure::of_panic(payload)),
    }
}

/// Drops an instance for a vtable.
///
/// # Safety
///
/// `instance` points to a boxed `T` that is not used again.
#[doc(hidden)]
pub unsafe extern "C" fn drop_instance<T>(instance: *mut Opaque) -> *mut Failure {
    // SAFETY: the contract of this function.
    contain(|| drop(unsafe { Box::from_raw(instance.cast::<T>()) })).status
}
