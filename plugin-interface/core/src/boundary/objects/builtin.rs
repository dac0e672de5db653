//! The common part of closures, iterators and futures: objects without an
//! interface, whose vtables their own files define.
#![expect(unsafe_code, reason = "calls go through a vtable of another library")]

use core::marker::PhantomData;
use std::sync::Arc;

use crate::abi::{ABI_VERSION, ObjectTable, Opaque, Outcome, RawSlice, VTableHeader};
use crate::boundary::objects::dyn_trait::ObjectTables;
use crate::boundary::{Borrowed, CalledFromC, FfiOwned, FfiSafe, InstanceStorage, Origin};
use crate::object::call_error::CallError;
use crate::object::raise;
use crate::object::remote::RemoteObject;
use crate::runtime::call::drop_instance;

/// The vtable of objects of this type, in a storage of type `P`.
pub(crate) trait BuiltinVTable<P>: 'static {
    /// The type of the vtable, which begins with a header.
    type VTable: 'static;
    const VTABLE: &'static Self::VTable;
}

/// The tables of objects of type `F`, with the vtables of `V`.
#[derive(Debug)]
pub struct BuiltinTables<F: ?Sized, V: ?Sized = F>(PhantomData<F>, PhantomData<V>);

// SAFETY: each table has the vtables for its storage.
unsafe impl<F, V> ObjectTables for BuiltinTables<F, V>
where
    F: ?Sized + 'static,
    V: BuiltinVTable<Box<F>> + BuiltinVTable<CalledFromC<Box<F>>>,
    V: BuiltinVTable<Arc<F>> + BuiltinVTable<CalledFromC<Arc<F>>>,
    V: BuiltinVTable<Borrowed<F>> + BuiltinVTable<CalledFromC<Borrowed<F>>> + ?Sized,
{
    const BOXED: &'static ObjectTable = &table::<F, V, Box<F>>();
    const SHARED: &'static ObjectTable = &table::<F, V, Arc<F>>();
    const BORROWED: &'static ObjectTable = &table::<F, V, Borrowed<F>>();
}

const fn table<F: ?Sized + 'static, V, P: InstanceStorage<F>>() -> ObjectTable
where
    V: BuiltinVTable<P> + BuiltinVTable<CalledFromC<P>> + ?Sized,
{
    super::dyn_trait::table::<F, P>(
        core::ptr::from_ref(<V as BuiltinVTable<CalledFromC<P>>>::VTABLE).cast(),
        core::ptr::from_ref(<V as BuiltinVTable<P>>::VTABLE).cast(),
        RawSlice::of::<u8>(&[]),
    )
}

pub(crate) const fn header<P>(functions: u32) -> VTableHeader {
    VTableHeader {
        abi_version: ABI_VERSION,
        methods: functions,
        // The shapes of the methods that use the object identify its type.
        fingerprint: [0; 2],
        drop: drop_instance::<P>,
    }
}

/// An object of another library, whose vtable is a `V`.
pub(crate) struct BuiltinObject<V>(RemoteObject, PhantomData<*const V>);

impl<V> BuiltinObject<V> {
    /// # Safety
    ///
    /// The object's vtable is a `V`.
    pub(crate) unsafe fn new(remote: RemoteObject) -> Self {
        BuiltinObject(remote, PhantomData)
    }

    pub(crate) fn instance(&self) -> *mut Opaque {
        self.0.instance
    }

    /// Returns the origin of the results of its functions.
    pub(crate) fn origin(&self) -> Origin {
        self.0.origin
    }

    pub(crate) fn vtable(&self) -> &V {
        // SAFETY: the contract of `new`; the object keeps its library loaded.
        unsafe { &*self.0.vtable.cast() }
    }

    /// Releases an object whose instance was consumed.
    pub(crate) fn release_consumed(self) {
        self.0.release_consumed();
    }
}

/// Converts the outcome of a function to its value, or continues its panic.
///
/// # Safety
///
/// `outcome` was just returned by a function of that origin whose result is an
/// `R`.
pub(crate) unsafe fn finish<R: FfiOwned>(
    origin: Origin,
    name: &'static str,
    function: &'static str,
    outcome: Outcome<R::Returned>,
) -> R {
    // SAFETY: the contract of this function; the value borrows nothing.
    match unsafe { <R as FfiSafe>::lift_return(outcome, origin) } {
        Ok(value) => value,
        Err(error) => raise(CallError::of(name, function, error)),
    }
}

/// Expands to the items of `Dyn` for a closure, an iterator or a future.
macro_rules! builtin_object_items {
    ($vtable:ty, $tables:ty, $shape:expr, $remote:ident => $proxy:expr) => {
        type Tables = $tables;
        type Adopted = core::mem::ManuallyDrop<$crate::object::remote::RemoteObject>;
        const SHAPE: &'static $crate::boundary::Shape = &$shape;
        #[inline]
        unsafe fn adopt(
            $remote: $crate::object::remote::RemoteObject,
            place: impl $crate::boundary::Place,
        ) -> *mut Self {
            use $crate::boundary::builtin::BuiltinObject;
            // SAFETY: the contract of this function.
            let $remote = unsafe { BuiltinObject::<$vtable>::new($remote) };
            let proxy = $proxy;
            // SAFETY: it has a remote object, and no borrow.
            unsafe { place.place(proxy) }
        }
    };
}

/// Implements `Pointee` for `dyn Trait`, with `Send` and `Sync` and without.
macro_rules! pointees {
    (impl $generics:tt [$($clause:tt)*] $($object:tt)*) => {
        $crate::boundary::builtin::pointee! {
            impl $generics [$($clause)*] [$($object)*] [] false, false
        }
        $crate::boundary::builtin::pointee! {
            impl $generics [$($clause)*] [$($object)*] [+ Send] true, false
        }
        $crate::boundary::builtin::pointee! {
            impl $generics [$($clause)*] [$($object)*] [+ Send + Sync] true, true
        }
    };
    (impl $generics:tt $($object:tt)*) => {
        $crate::boundary::builtin::pointees!(impl $generics [] $($object)*);
    };
}

macro_rules! pointee {
    (
        impl [$($generics:tt)*] [$($clause:tt)*] [$($object:tt)*] [$($markers:tt)*]
        $send:literal, $sync:literal
    ) => {
        // SAFETY: the type, its markers, and any lifetime.
        unsafe impl<'b, $($generics)*> $crate::boundary::Pointee
            for dyn $($object)* $($markers)* + 'b
        where
            $($clause)*
        {
            type Kind = $crate::boundary::DynPointee<dyn $($object)*>;
            type Threads = $crate::boundary::Threads<$send, $sync>;
            type At<'a> = dyn $($object)* $($markers)* + 'a;
        }
    };
}

pub(crate) use {builtin_object_items, pointee, pointees};
