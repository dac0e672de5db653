//! Closures whose arguments no impl here can name: `dyn Fn(&dyn Trait)`,
//! `dyn FnMut(Option<&str>, &mut T)`. A type parameter stands for a type with one
//! lifetime, and each call of these has its own.
//!
//! So the macros write a type around each such closure, and its calls, and pass a
//! pointer to that type in place of a pointer to the closure.
#![expect(unsafe_code, reason = "a pointer to a closure becomes one to the type around it")]

use std::sync::Arc;

use crate::boundary::objects::builtin::{BuiltinObject, BuiltinTables};
use crate::boundary::objects::closure::CallTable;
use crate::boundary::objects::lending_closure::{LendingClosure, OfLendingClosure};
use crate::boundary::objects::pointee::{Pointee, recast};
use crate::boundary::{CallerScope, FfiSafe};
use crate::object::remote::RemoteObject;

/// A type that the macros wrote around a closure.
///
/// # Safety
///
/// [`At<'b>`](Pointee::At) is `repr(transparent)`, and its one field is an `Of<'b>`.
#[doc(hidden)]
pub unsafe trait WrittenClosure: LendingClosure + Pointee {
    /// The type of the closure, which borrows for `'b`.
    type Of<'b>: ?Sized + 'b;
}

/// The tables of such a closure.
#[doc(hidden)]
pub type ClosureTables<C> = BuiltinTables<C, OfLendingClosure<C>>;

macro_rules! pointers {
    ($($wrap:ident, $unwrap:ident: [$($lifetime:lifetime)?] $pointer:ty => $other:ty;)*) => {$(
        /// Returns the pointer as one to the type around the closure.
        #[doc(hidden)]
        #[inline(always)]
        pub fn $wrap<$($lifetime,)? 'b, C: WrittenClosure + ?Sized>(closure: $pointer) -> $other {
            // SAFETY: the target is the one field of a transparent type.
            unsafe { recast(closure) }
        }

        /// Returns the pointer as one to the closure.
        #[doc(hidden)]
        #[inline(always)]
        pub fn $unwrap<$($lifetime,)? 'b, C: WrittenClosure + ?Sized>(wrapped: $other) -> $pointer {
            // SAFETY: as above.
            unsafe { recast(wrapped) }
        }
    )*};
}

pointers! {
    wrap_box, unwrap_box: [] Box<C::Of<'b>> => Box<C::At<'b>>;
    wrap_arc, unwrap_arc: [] Arc<C::Of<'b>> => Arc<C::At<'b>>;
    wrap_ref, unwrap_ref: ['r] &'r C::Of<'b> => &'r C::At<'b>;
    wrap_mut, unwrap_mut: ['r] &'r mut C::Of<'b> => &'r mut C::At<'b>;
}

/// Returns the closure in the type around it.
///
/// # Safety
///
/// The one field of `C`, which is transparent, is an `F`, perhaps with auto traits that
/// the closure has.
#[doc(hidden)]
#[inline]
pub unsafe fn around<F: ?Sized, C: ?Sized>(closure: *mut F) -> *mut C {
    // SAFETY: the contract of this function.
    unsafe { recast(closure) }
}

/// A closure of another library, of a type that the macros wrote.
#[doc(hidden)]
pub struct RemoteClosure<C: LendingClosure + ?Sized>(
    BuiltinObject<CallTable<C::Arguments, C::Value>>,
);

impl<C: LendingClosure + ?Sized> core::fmt::Debug for RemoteClosure<C> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("RemoteClosure").finish_non_exhaustive()
    }
}

impl<C: LendingClosure + ?Sized> RemoteClosure<C> {
    /// # Safety
    ///
    /// The object is a closure of type `C`.
    #[inline]
    pub unsafe fn new(remote: RemoteObject) -> Self {
        // SAFETY: the contract of this function.
        RemoteClosure(unsafe { BuiltinObject::new(remote) })
    }

    /// Calls it with the arguments that `lower` passes.
    #[inline]
    pub fn call(
        &self,
        lower: impl FnOnce(&CallerScope) -> <C::Arguments as FfiSafe>::Wire,
    ) -> C::Value {
        self.0.call_lending(lower)
    }

    /// Does the same with a closure that the call consumes.
    #[inline]
    pub fn call_once(
        self,
        lower: impl FnOnce(&CallerScope) -> <C::Arguments as FfiSafe>::Wire,
    ) -> C::Value {
        self.0.call_once_lending(lower)
    }
}
