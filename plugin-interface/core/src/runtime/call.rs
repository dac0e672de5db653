//! The callee's half of a call: lift the arguments, contain the panic.
#![expect(unsafe_code, reason = "arguments arrive as pointers")]

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::failure;
use crate::abi::{Failure, Opaque, Outcome};
use crate::boundary::{CallScope, FfiSafe, InstanceStorage, LiftError, Origin};

/// One call: a local of a generated function. What is lifted for it borrows
/// from it, so that an interface which claims more than the call
/// (`&'static str`) does not compile.
///
/// Objects can be lent to it if there is a place for them, `N` of 1; it costs
/// nothing else.
#[doc(hidden)]
#[derive(Debug)]
pub struct Call<const N: usize>([CallScope; N]);

impl<const N: usize> Call<N> {
    /// Not `const`, so that no reference to it becomes `'static`.
    #[expect(clippy::new_without_default, reason = "made by generated code only")]
    #[inline]
    pub fn new() -> Self {
        Call(core::array::from_fn(|_| CallScope::new()))
    }

    /// The instance, shared for the call.
    ///
    /// # Safety
    ///
    /// `this` leads to a `P` whose `T` nobody borrows exclusively as long as
    /// `self` is borrowed, and which lives as long.
    #[inline]
    pub unsafe fn shared<T: ?Sized, P: InstanceStorage<T>>(&self, this: *mut Opaque) -> &T {
        // SAFETY: the contract of this function.
        unsafe { P::shared(this) }
    }

    /// The instance, exclusive for the call.
    ///
    /// # Safety
    ///
    /// `this` leads to a `P` whose `T` nobody else borrows as long as `self` is
    /// borrowed, and which lives as long; it is called once.
    #[inline]
    #[expect(clippy::mut_from_ref, reason = "the borrow comes from the pointer")]
    pub unsafe fn exclusive<T: ?Sized, P: InstanceStorage<T>>(&self, this: *mut Opaque) -> &mut T {
        // SAFETY: the contract of this function.
        unsafe { P::exclusive(this) }
    }

    /// One argument.
    ///
    /// # Safety
    ///
    /// 1. `wire` was lowered from an `A` by the caller of the function whose
    ///    local `self` is: the caller's borrows outlive it.
    /// 2. If `N` is 1, what the method returns does not borrow from `A`.
    #[inline]
    pub unsafe fn argument<A: FfiSafe>(&self, wire: A::Wire) -> A::At<'_> {
        // SAFETY: the contract of this function.
        valid(unsafe { self.try_argument::<A>(wire) })
    }

    /// The argument, or why it is refused.
    ///
    /// # Safety
    ///
    /// As for `argument`.
    #[inline]
    pub unsafe fn try_argument<A: FfiSafe>(&self, wire: A::Wire) -> Result<A::At<'_>, LiftError> {
        let origin = self.0.first().map_or(Origin::Rust, Origin::of_call);
        // SAFETY: the caller's borrows outlive the call, and so this borrow.
        unsafe { A::lift(wire, origin) }
    }
}

/// What was lifted.
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

#[cold]
#[inline(never)]
fn refuse(invalid: LiftError) -> ! {
    panic!("the caller passed no valid value: {invalid}")
}

/// Runs a method and turns its return or its panic into an outcome.
#[doc(hidden)]
#[inline]
pub fn contain<R: FfiSafe>(method: impl FnOnce() -> R) -> Outcome<R::Returned> {
    // The instance may be left in a state of its own making, as after any
    // caught panic; it stays valid, and the plugin stays usable.
    match catch_unwind(AssertUnwindSafe(|| method().lower_return())) {
        Ok(outcome) => outcome,
        Err(payload) => Outcome::failed(failure::of_panic(payload)),
    }
}

/// Drops an instance for a vtable.
///
/// # Safety
///
/// `instance` leads to a boxed `T` that is not used again.
#[doc(hidden)]
pub unsafe extern "C" fn drop_instance<T>(instance: *mut Opaque) -> *mut Failure {
    // SAFETY: the contract of this function.
    contain(|| drop(unsafe { Box::from_raw(instance.cast::<T>()) })).status
}
