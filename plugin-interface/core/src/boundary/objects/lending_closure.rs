//! Closures that borrow arguments for each call: `&dyn Fn(&str) -> R`,
//! `Box<dyn FnMut(&T, u32)>`, `&mut dyn FnMut(&mut T)`. Up to two arguments are
//! references or owned; three are references.
//!
//! Their calls are as those of methods: copies that are lent live until the call ends,
//! and what is lent as `&mut` comes back.
#![expect(unsafe_code, reason = "closures are reached by pointers")]
// `dyn Fn(&T)` is no `dyn Fn(A)` for any `A`, as that has one lifetime.
#![allow(coherence_leak_check)]
#![allow(clippy::useless_transmute, reason = "arguments that are owned are no references")]

use core::marker::PhantomData;

use crate::abi::{Opaque, Outcome, RawTuple1, RawTuple2, RawTuple3};
use crate::boundary::objects::builtin::{
    BuiltinObject, BuiltinTables, BuiltinVTable, builtin_object_items, header, pointees,
};
use crate::boundary::objects::closure::{CallTable, Consumed};
use crate::boundary::objects::dyn_trait::{BorrowableMut, Dyn, Shareable};
use crate::boundary::{CallerScope, FfiOwned, FfiSafe, InstanceStorage, Shape};
use crate::object::call_error::CallError;
use crate::object::raise;
use crate::runtime::call::{Call, valid};
use crate::runtime::in_flight::Running;

impl<A: FfiSafe, R: FfiOwned> BuiltinObject<CallTable<A, R>> {
    /// Calls a closure with arguments that are lent for the call.
    fn call_lending(&self, lower: impl FnOnce(&CallerScope) -> A::Wire) -> R {
        let scope = CallerScope::new(self.origin(), Running::unlisted());
        let arguments = lower(&scope);
        // SAFETY: the instance and the arguments of its function; the caller borrows
        // the closure as its type requires. The value borrows nothing, and the
        // arguments are lent until this function ends.
        let called = unsafe {
            let outcome = (self.vtable().function())(self.instance(), arguments);
            scope.end(<R as FfiSafe>::lift_return(outcome, self.origin()))
        };
        called.unwrap_or_else(|error| raise(CallError::of("closure", "call", error)))
    }

    /// Does the same with a closure that the call consumes.
    fn call_once_lending(self, lower: impl FnOnce(&CallerScope) -> A::Wire) -> R {
        // If this panics, the closure was not called, and `self` is dropped.
        let scope = CallerScope::new(self.origin(), Running::unlisted());
        let arguments = lower(&scope);
        let (call, instance, origin) = (self.vtable().function(), self.instance(), self.origin());
        // Keeps the library loaded until the outcome is read, also in a panic.
        let _consumed = Consumed(Some(self));
        // SAFETY: as above, and called once.
        let called =
            unsafe { scope.end(<R as FfiSafe>::lift_return(call(instance, arguments), origin)) };
        called.unwrap_or_else(|error| raise(CallError::of("closure", "call", error)))
    }
}

/// A closure in memory that borrows arguments, which it takes as a tuple.
///
/// # Safety
///
/// `call` follows its contract.
pub(crate) unsafe trait LendingClosure: 'static {
    type Arguments: FfiSafe;
    type Value: FfiOwned;

    /// # Safety
    ///
    /// `this` points to a `P`, borrowed as the call requires. For a `FnOnce` it
    /// points to a box, which the call consumes.
    unsafe fn call<'a, P: InstanceStorage<Self>>(
        this: *mut Opaque,
        arguments: impl FnOnce() -> <Self::Arguments as FfiSafe>::At<'a>,
    ) -> Self::Value;
}

unsafe extern "C" fn call<F, P>(
    this: *mut Opaque,
    arguments: <F::Arguments as FfiSafe>::Wire,
) -> Outcome<<F::Value as FfiSafe>::Returned>
where
    F: LendingClosure + ?Sized,
    P: InstanceStorage<F>,
{
    let call = Call::<1>::new();
    // SAFETY: the caller passes a closure of this table, and arguments that it lowered
    // or that are validated, and that it lends for the call. The result borrows nothing.
    unsafe {
        call.contain::<F::Value>(|| {
            let origin = call.origin_of_arguments(P::CALLER);
            F::call::<P>(this, || valid(<F::Arguments as FfiSafe>::lift(arguments, origin)))
        })
    }
}

/// The vtables of closures of type `F`.
#[derive(Debug)]
pub struct OfLendingClosure<F: ?Sized>(PhantomData<F>);

impl<F: LendingClosure + ?Sized, P: InstanceStorage<F>> BuiltinVTable<P> for OfLendingClosure<F> {
    type VTable = CallTable<F::Arguments, F::Value>;
    const VTABLE: &'static Self::VTable = &CallTable::new(header::<P>(1), call::<F, P>);
}

/// Implements closures with the arguments of one row each: the generic parameters, what
/// they have to be, and for each argument a name, its type in a table, its type in a
/// call, and its type in the closure.
macro_rules! lending {
    ($function:ident($name:literal, $this:ident, $P:ident => $called:expr, $how:ident, $ways:tt) of $(
        [$($generic:tt)*] [$($clause:tt)*] $raw:ident(
            $($a:ident $index:tt: $fixed:ty, $at:ty, $sugar:ty);*
        )
    )*) => {$(
        // SAFETY: each kind of closure is borrowed or consumed as its call requires.
        unsafe impl<$($generic)* R: FfiOwned> LendingClosure for dyn $function($($sugar),*) -> R
        where $($clause)*
        {
            type Arguments = ($($fixed,)*);
            type Value = R;

            #[inline]
            unsafe fn call<'a, $P: InstanceStorage<Self>>(
                $this: *mut Opaque,
                arguments: impl FnOnce() -> ($($at,)*),
            ) -> R {
                lending!(@$how closure = [$called], ($($a,)*) = arguments());
                closure($($a),*)
            }
        }

        // SAFETY: the tables are those above, and adopted objects call them.
        unsafe impl<$($generic)* R: FfiOwned> Dyn for dyn $function($($sugar),*) -> R
        where $($clause)*
        {
            builtin_object_items! {
                CallTable<($($fixed,)*), R>,
                BuiltinTables<Self, OfLendingClosure<Self>>,
                Shape::Function(
                    $name,
                    &[$(<$fixed as FfiSafe>::SHAPE),*],
                    R::SHAPE
                ),
                object => move |$($a: $sugar),*| object.$how(|scope| {
                    // SAFETY: another lifetime. What is lowered is used until the call
                    // ends, and the arguments are borrowed for longer.
                    let lent = unsafe { ($(core::mem::transmute::<$sugar, $fixed>($a),)*) };
                    let lowered = ($(lent.$index.lower_argument_guarded(scope),)*);
                    $raw($(FfiSafe::into_wire(lowered.$index)),*)
                })
            }
        }

        pointees!(
            impl [$($generic)* R: FfiOwned] [$($clause)*] $function($($sugar),*) -> R
        );
        lending!(@ways $ways [$($generic)* R: FfiOwned] [$($clause)*] [$function($($sugar),*) -> R]);
    )*};
    (@ways [$($way:ident),*] $generics:tt $clause:tt $closure:tt) => {
        $(lending!(@way $way $generics $clause $closure);)*
    };
    (@way $way:ident [$($generics:tt)*] [$($clause:tt)*] [$($closure:tt)*]) => {
        // SAFETY: the call borrows the closure in each of the listed ways.
        unsafe impl<$($generics)*> $way for dyn $($closure)* where $($clause)* {}
    };
    // Borrowing panics if the closure has other owners. So the arguments are lifted
    // first, which drops them in that case.
    (@call_lending $closure:ident = [$called:expr], $arguments:pat = $lifted:expr) => {
        let $arguments = $lifted;
        // SAFETY: the contract of this function.
        let $closure = unsafe { $called };
    };
    // The call owns the closure, also if an argument is invalid.
    (@call_once_lending $closure:ident = [$called:expr], $arguments:pat = $lifted:expr) => {
        // SAFETY: the contract of this function.
        let $closure = unsafe { $called };
        let $arguments = $lifted;
    };
}

/// Gives each kind of closure each row of arguments.
macro_rules! each {
    ($($closure:tt)*) => {
        lending! {
            $($closure)* of
            [A: ?Sized + 'static,] [&'static A: for<'x> FfiSafe<At<'x> = &'x A>,]
                RawTuple1(a 0: &'static A, &'a A, &A)
            [A: ?Sized + 'static,] [&'static mut A: for<'x> FfiSafe<At<'x> = &'x mut A>,]
                RawTuple1(a 0: &'static mut A, &'a mut A, &mut A)
            [A: ?Sized + 'static, B: ?Sized + 'static,]
                [&'static A: for<'x> FfiSafe<At<'x> = &'x A>, &'static B: for<'x> FfiSafe<At<'x> = &'x B>,]
                RawTuple2(a 0: &'static A, &'a A, &A; b 1: &'static B, &'a B, &B)
            [A: ?Sized + 'static, B: FfiOwned,] [&'static A: for<'x> FfiSafe<At<'x> = &'x A>,]
                RawTuple2(a 0: &'static A, &'a A, &A; b 1: B, B, B)
            [A: FfiOwned, B: ?Sized + 'static,] [&'static B: for<'x> FfiSafe<At<'x> = &'x B>,]
                RawTuple2(a 0: A, A, A; b 1: &'static B, &'a B, &B)
            [A: ?Sized + 'static, B: ?Sized + 'static, C: ?Sized + 'static,]
                [
                    &'static A: for<'x> FfiSafe<At<'x> = &'x A>,
                    &'static B: for<'x> FfiSafe<At<'x> = &'x B>,
                    &'static C: for<'x> FfiSafe<At<'x> = &'x C>,
                ]
                RawTuple3(
                    a 0: &'static A, &'a A, &A; b 1: &'static B, &'a B, &B; c 2: &'static C, &'a C, &C
                )
        }
    };
}

each!(Fn("dyn Fn", this, P => P::shared(this), call_lending, [Shareable, BorrowableMut]));
each!(FnMut("dyn FnMut", this, P => P::exclusive(this), call_lending, [BorrowableMut]));
each!(FnOnce(
    "dyn FnOnce", this, P => *Box::from_raw(this.cast::<Box<Self>>()), call_once_lending, []
));
