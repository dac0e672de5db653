//! Closures: `Box<dyn Fn(A, B) -> R>`, `FnMut` and `FnOnce`, `&dyn Fn(A) -> R`,
//! and `Arc<dyn Fn(A) -> R>`. They run in the library that created them.
#![expect(unsafe_code, reason = "closures are reached by pointers")]

use core::marker::PhantomData;

use crate::abi::{Opaque, Outcome, VTableHeader};
use crate::boundary::objects::builtin::{
    BuiltinObject, BuiltinTables, BuiltinVTable, builtin_object_items, finish, header, pointees,
};
use crate::boundary::objects::dyn_trait::{BorrowableMut, Dyn, Shareable};
use crate::boundary::{FfiOwned, FfiSafe, InstanceStorage, Shape};
use crate::runtime::call::{contain, valid};

/// The vtable of a closure, which takes its arguments as a tuple.
#[repr(C)]
pub(crate) struct CallTable<A: FfiSafe, R: FfiSafe> {
    header: VTableHeader,
    call: unsafe extern "C" fn(*mut Opaque, A::Wire) -> Outcome<R::Returned>,
}

impl<A: FfiSafe, R: FfiSafe> CallTable<A, R> {
    pub(super) const fn new(
        header: VTableHeader,
        call: unsafe extern "C" fn(*mut Opaque, A::Wire) -> Outcome<R::Returned>,
    ) -> Self {
        CallTable { header, call }
    }

    pub(super) fn function(
        &self,
    ) -> unsafe extern "C" fn(*mut Opaque, A::Wire) -> Outcome<R::Returned> {
        self.call
    }
}

impl<A: FfiOwned, R: FfiOwned> BuiltinObject<CallTable<A, R>> {
    fn call(&self, arguments: A) -> R {
        // SAFETY: the instance and the arguments of its function; the caller
        // borrows the closure as its type requires.
        unsafe {
            let outcome = (self.vtable().call)(self.instance(), arguments.lower());
            finish(self.origin(), "closure", "call", outcome)
        }
    }

    fn call_once(self, arguments: A) -> R {
        // If this panics, the closure was not called, and `self` is dropped.
        let arguments = arguments.lower();
        let (call, instance, origin) = (self.vtable().call, self.instance(), self.origin());
        // Keeps the library loaded until the outcome is read, also in a panic.
        let _consumed = Consumed(Some(self));
        // SAFETY: as above, and called once.
        unsafe { finish(origin, "closure", "call", call(instance, arguments)) }
    }
}

/// A closure that its call consumed.
pub(super) struct Consumed<V>(pub(super) Option<BuiltinObject<V>>);

impl<V> Drop for Consumed<V> {
    fn drop(&mut self) {
        if let Some(object) = self.0.take() {
            object.release_consumed();
        }
    }
}

/// A closure in memory that takes its arguments as a tuple.
///
/// # Safety
///
/// `call` follows its contract.
pub(crate) unsafe trait Closure: 'static {
    type Arguments: FfiOwned;
    type Value: FfiOwned;

    /// # Safety
    ///
    /// `this` points to a `P`, borrowed as the call requires. For a `FnOnce` it
    /// points to a box, which the call consumes.
    unsafe fn call<P: InstanceStorage<Self>>(
        this: *mut Opaque,
        arguments: impl FnOnce() -> Self::Arguments,
    ) -> Self::Value;
}

unsafe extern "C" fn call<F, P>(
    this: *mut Opaque,
    arguments: <F::Arguments as FfiSafe>::Wire,
) -> Outcome<<F::Value as FfiSafe>::Returned>
where
    F: Closure + ?Sized,
    P: InstanceStorage<F>,
{
    contain(|| {
        // SAFETY: the caller passes a closure of this table, and arguments that
        // it lowered or that are validated, which borrow nothing.
        unsafe {
            F::call::<P>(this, || valid(<F::Arguments as FfiSafe>::lift(arguments, P::CALLER)))
        }
    })
}

/// The vtables of closures of type `F`.
#[derive(Debug)]
pub struct OfClosure<F: ?Sized>(PhantomData<F>);

impl<F: Closure + ?Sized, P: InstanceStorage<F>> BuiltinVTable<P> for OfClosure<F> {
    type VTable = CallTable<F::Arguments, F::Value>;
    const VTABLE: &'static Self::VTable = &CallTable { header: header::<P>(1), call: call::<F, P> };
}

macro_rules! functions {
    ($(
        $function:ident($name:literal, $this:ident, $P:ident => $called:expr, $how:ident, $ways:tt);
    )*) => {$(
        functions!(@each $function $name $this $P [$called] $how $ways
            (), (A a), (A a, B b), (A a, B b, C c), (A a, B b, C c, D d)
        );
    )*};
    (@each $function:ident $name:literal $this:ident $P:ident [$called:expr] $how:ident
        $ways:tt $(($($A:ident $a:ident),*)),*
    ) => {$(
        // SAFETY: each kind of closure is borrowed or consumed as its call
        // requires.
        unsafe impl<$($A: FfiOwned,)* R: FfiOwned> Closure for dyn $function($($A),*) -> R {
            type Arguments = ($($A,)*);
            type Value = R;

            #[inline]
            unsafe fn call<$P: InstanceStorage<Self>>(
                $this: *mut Opaque,
                arguments: impl FnOnce() -> ($($A,)*),
            ) -> R {
                functions!(@$how closure = [$called], ($($a,)*) = arguments());
                closure($($a),*)
            }
        }

        // SAFETY: the tables are those above, and adopted objects call them.
        unsafe impl<$($A: FfiOwned,)* R: FfiOwned> Dyn for dyn $function($($A),*) -> R {
            builtin_object_items! {
                CallTable<($($A,)*), R>,
                BuiltinTables<Self, OfClosure<Self>>,
                Shape::Function($name, &[$($A::SHAPE),*], R::SHAPE),
                object => move |$($a),*| object.$how(($($a,)*))
            }
        }

        pointees!(impl [$($A: FfiOwned,)* R: FfiOwned] $function($($A),*) -> R);
        functions!(@ways $ways [$($A: FfiOwned,)* R: FfiOwned] [$function($($A),*) -> R]);
    )*};
    (@ways [$($way:ident),*] $generics:tt $function:tt) => {
        $(functions!(@way $way $generics $function);)*
    };
    (@way $way:ident [$($generics:tt)*] [$($function:tt)*]) => {
        // SAFETY: the call borrows the closure in each of the listed ways.
        unsafe impl<$($generics)*> $way for dyn $($function)* {}
    };
    // Borrowing panics if the closure has other owners. So the arguments are
    // lifted first, which drops them in that case.
    (@call $closure:ident = [$called:expr], $arguments:pat = $lifted:expr) => {
        let $arguments = $lifted;
        // SAFETY: the contract of this function.
        let $closure = unsafe { $called };
    };
    // The call owns the closure, also if an argument is invalid.
    (@call_once $closure:ident = [$called:expr], $arguments:pat = $lifted:expr) => {
        // SAFETY: the contract of this function.
        let $closure = unsafe { $called };
        let $arguments = $lifted;
    };
}

functions! {
    Fn("dyn Fn", this, P => P::shared(this), call, [Shareable, BorrowableMut]);
    FnMut("dyn FnMut", this, P => P::exclusive(this), call, [BorrowableMut]);
    FnOnce("dyn FnOnce", this, P => *Box::from_raw(this.cast::<Box<Self>>()), call_once, []);
}
