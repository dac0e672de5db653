//! The callee's part of a call that returns a future: what its arguments lend
//! is stored with the future.
#![expect(unsafe_code, reason = "arguments arrive as pointers")]

use core::cell::Cell;
use core::pin::Pin;
use core::ptr;
use core::task::{Context, Poll};

use crate::abi::{Opaque, Outcome};
use crate::boundary::{CallScope, FfiSafe, InstanceStorage, LiftError, PassedWire};
use crate::runtime::call::{contain, valid};

/// One call of a method that returns a future, as a local variable of a
/// generated function.
///
/// With an `N` of 1 it has a [`CallScope`], which [`keep`](KeptByFuture::keep)
/// moves into the future. With 0 it costs nothing.
#[doc(hidden)]
#[derive(Debug)]
pub struct AsyncCall<const N: usize>([OwnedScope; N]);

/// A scope in a box, or null. What was lifted refers to its values, so this is no
/// `Box`, which would claim them for itself when it is moved.
#[derive(Debug)]
struct OwnedScope(Cell<*mut CallScope>);

impl OwnedScope {
    fn new() -> Self {
        OwnedScope(Cell::new(Box::into_raw(Box::new(CallScope::new()))))
    }

    fn take(&self) -> Self {
        OwnedScope(Cell::new(self.0.replace(ptr::null_mut())))
    }
}

impl Drop for OwnedScope {
    fn drop(&mut self) {
        if !self.0.get().is_null() {
            // SAFETY: created from a box in `new`, and moved nowhere else.
            drop(unsafe { Box::from_raw(self.0.get()) });
        }
    }
}

impl<const N: usize> AsyncCall<N> {
    /// Creates a call. Not `const`, so that no reference to it becomes
    /// `'static`.
    #[expect(clippy::new_without_default, reason = "created by generated code only")]
    #[inline]
    pub fn new() -> Self {
        AsyncCall(core::array::from_fn(|_| OwnedScope::new()))
    }

    /// Borrows the instance, shared, for the future.
    ///
    /// # Safety
    ///
    /// `this` points to a `P` that outlives the future. Nothing borrows its `T`
    /// exclusively meanwhile.
    #[inline]
    pub unsafe fn shared<T: ?Sized, P: InstanceStorage<T>>(&self, this: *mut Opaque) -> &T {
        // SAFETY: the contract of this function.
        unsafe { P::shared(this) }
    }

    /// Borrows the instance, exclusively, for the future.
    ///
    /// # Safety
    ///
    /// `this` points to a `P` that outlives the future. Nothing else borrows its
    /// `T` meanwhile, and this is called once.
    #[inline]
    #[expect(clippy::mut_from_ref, reason = "the borrow comes from the pointer")]
    pub unsafe fn exclusive<T: ?Sized, P: InstanceStorage<T>>(&self, this: *mut Opaque) -> &mut T {
        // SAFETY: the contract of this function.
        unsafe { P::exclusive(this) }
    }

    /// Lifts one argument of a method of a `T` in a `P`.
    ///
    /// # Safety
    ///
    /// 1. `passed` was lowered from an `A` by a caller whose borrows outlive the
    ///    future. If the caller of a `P` is foreign, it obeys the documented
    ///    layout instead.
    /// 2. If `N` is 1, the future is passed to [`keep`](KeptByFuture::keep)
    ///    before `self` is dropped. If it is `Send`, so are the values that `A`
    ///    refers to and that are passed as copies.
    #[inline]
    pub unsafe fn argument<A: FfiSafe, T: ?Sized, P: InstanceStorage<T>>(
        &self,
        passed: A::Passed,
    ) -> A::At<'_> {
        // SAFETY: the contract of this function.
        valid(unsafe { self.try_argument::<A, T, P>(passed) })
    }

    /// Lifts one argument, or returns the reason why it is invalid.
    ///
    /// # Safety
    ///
    /// As for `argument`.
    #[inline]
    pub unsafe fn try_argument<A: FfiSafe, T: ?Sized, P: InstanceStorage<T>>(
        &self,
        passed: A::Passed,
    ) -> Result<A::At<'_>, LiftError> {
        let scope = self.0.first().map_or(ptr::null_mut(), |scope| scope.0.get());
        // SAFETY: a scope in a box, which `self` still has, or null.
        let origin =
            unsafe { scope.as_ref() }.map_or(P::CALLER, |scope| P::CALLER.in_future(scope));
        // SAFETY: the caller's borrows outlive the future, and what the scope
        // stores is dropped after it.
        unsafe { A::lift(*passed.wire(origin)?, origin) }
    }
}

impl<const N: usize> AsyncCall<N> {
    /// Runs the method, which returns a future, as [`contain`] does.
    ///
    /// # Safety
    ///
    /// Unsafe since `Call::contain` is: nothing is given back here.
    #[inline]
    pub unsafe fn contain<R: FfiSafe>(&self, method: impl FnOnce() -> R) -> Outcome<R::Returned> {
        contain(method)
    }
}

/// The type of the future of a call: with its scope, if it has one.
///
/// # Safety
///
/// The scope is dropped after everything that `keep` takes.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{F}` is no future, so it cannot keep what its arguments lend",
    label = "no future",
    note = "take values instead of references; or return a `plugin_interface::BoxFuture`"
)]
pub unsafe trait KeptByFuture<F> {
    type Kept;

    fn keep(&self, future: F) -> Self::Kept;
}

// SAFETY: there is no scope.
unsafe impl<F> KeptByFuture<F> for AsyncCall<0> {
    type Kept = F;

    #[inline]
    fn keep(&self, future: F) -> F {
        future
    }
}

// SAFETY: the scope is the last field of what has the future.
unsafe impl<F: Future + Unpin> KeptByFuture<F> for AsyncCall<1> {
    type Kept = Pin<Box<WithScope<F>>>;

    fn keep(&self, future: F) -> Self::Kept {
        let [scope] = &self.0;
        Box::pin(WithScope { future, _scope: scope.take() })
    }
}

/// A future, and the values that its arguments refer to.
#[doc(hidden)]
#[derive(Debug)]
pub struct WithScope<F> {
    future: F,
    /// Dropped last.
    _scope: OwnedScope,
}

// SAFETY: the scope has what `AsyncCall::argument` stored: objects of others, of
// which a drop frees a box of this library only, and copies. The contract of that
// function states that the copies are `Send` if the future is.
unsafe impl<F: Send> Send for WithScope<F> {}

impl<F: Future + Unpin> Future for WithScope<F> {
    type Output = F::Output;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        Pin::new(&mut self.future).poll(context)
    }
}
