//! The trait of objects: `dyn Trait` of an interface. Boxed closures, iterators and
//! futures use the same code.
//!
//! A value that implements a trait in one library is called from another. It is
//! dropped in the library that created it.
#![expect(unsafe_code, reason = "an implementation guarantees its tables")]

use core::any::TypeId;
use core::ffi::c_void;
use core::marker::PhantomData;
use core::ptr;
use std::sync::Arc;

use crate::abi::{ObjectTable, RawBorrowed, RawObject, RawSlice, VTableHeader};
use crate::boundary::objects::place::Place;
use crate::boundary::objects::storage::{Borrowed, CalledFromC, InstanceStorage};
use crate::boundary::{LiftError, Shape};
use crate::interface::{BoxedProxy, CompleteProxy, Interface, VTableFor};
use crate::object::Object;
use crate::object::remote::RemoteObject;

/// A `dyn Trait` that can be passed as an object, without auto traits.
///
/// # Safety
///
/// 1. `Tables` are those of objects of this type.
/// 2. `adopt` returns a value that owns the object and calls its vtable.
#[doc(hidden)]
pub unsafe trait Dyn: 'static {
    /// The type of what `adopt` places, or one of its size and alignment that needs no
    /// drop, if no drop of it is needed.
    type Adopted;
    /// The tables of its objects.
    type Tables: ObjectTables;
    /// The name of the type.
    const SHAPE: &'static Shape;

    /// Returns the number of methods that may be called of an object with that
    /// table.
    ///
    /// # Safety
    ///
    /// The table belongs to an object of this type, and everything it refers to is
    /// mapped.
    #[inline]
    unsafe fn check(table: &ObjectTable) -> Result<u32, LiftError> {
        // The type of what is no interface was compared by its name when the library
        // was loaded.
        // SAFETY: every vtable begins with a header.
        Ok(unsafe { (*table.vtable).methods })
    }

    /// Returns the number of methods of a vtable that has this very type, as
    /// `check` returns it. Otherwise only `check` can tell.
    ///
    /// # Safety
    ///
    /// The vtable belongs to an object of the macros.
    #[inline(always)]
    unsafe fn methods_if_same(vtable: &VTableHeader) -> Option<u32> {
        Some(vtable.methods)
    }

    /// Wraps a remote object in this type, and returns what `place` returned.
    ///
    /// # Safety
    ///
    /// The object is of this type, and has as many methods as `check` returned.
    unsafe fn adopt(remote: RemoteObject, place: impl Place) -> *mut Self;

    /// Returns `true` if what `adopt` placed has the object of the loan still, so that
    /// a drop of it would do nothing but tell the loan.
    #[inline(always)]
    fn has_still(adopted: &Self::Adopted, loan: *const ()) -> bool {
        // No code can name the type of what is no interface, so nobody moved it.
        let _ = (adopted, loan);
        true
    }

    /// Takes the object out of a value that wraps one of another library.
    fn take_remote(value: Box<Self>) -> Result<RawObject, Box<Self>> {
        Err(value)
    }

    /// Creates another owner of such an object, if it may have several.
    fn share_remote(&self) -> Option<RawObject> {
        None
    }

    /// Borrows such an object, for as long as `self` is borrowed.
    fn borrow_remote(&self) -> Option<RawBorrowed> {
        None
    }
}

/// The tables of objects of one type.
///
/// # Safety
///
/// Each table belongs to objects of the type, in the storage that its name states.
#[doc(hidden)]
pub unsafe trait ObjectTables {
    /// The table of objects in a `Box`.
    const BOXED: &'static ObjectTable;
    /// The table of objects in an `Arc`.
    const SHARED: &'static ObjectTable;
    /// The table of borrowed objects.
    const BORROWED: &'static ObjectTable;
}

/// A `dyn Trait` that can be called through a shared borrow.
///
/// # Safety
///
/// Each function of its vtable borrows the instance, shared or after a check.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` needs exclusive access, so it cannot be passed as `&` or `Arc`",
    label = "only its owner or an exclusive borrower can call this",
    note = "pass it in a `Box`; pass a `FnMut` or an iterator as `&mut`; or use a `dyn Fn`"
)]
pub unsafe trait Shareable: Dyn {}

// SAFETY: a method with `&mut self` panics if the instance has other owners.
unsafe impl<I: Dyn + Interface + ?Sized> Shareable for I {}

/// A `dyn Trait` that can be called through an exclusive borrow.
///
/// # Safety
///
/// No function of its vtable consumes or pins the instance.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be passed as `&mut`",
    label = "only its owner can call this",
    note = "pass it in a `Box`: a `FnOnce` is consumed by its call, and a future must not move"
)]
pub unsafe trait BorrowableMut: Dyn {}

// SAFETY: the methods borrow the instance.
unsafe impl<I: Dyn + Interface + ?Sized> BorrowableMut for I {}

/// The tables of an interface.
#[doc(hidden)]
#[derive(Debug)]
pub struct InterfaceTables<I: ?Sized>(PhantomData<I>);

// SAFETY: the macro's vtables are for the storage that they name.
unsafe impl<I> ObjectTables for InterfaceTables<I>
where
    I: Interface + VTableFor<I, Box<I>> + VTableFor<I, Arc<I>> + VTableFor<I, Borrowed<I>> + ?Sized,
    I: VTableFor<I, CalledFromC<Box<I>>>,
    I: VTableFor<I, CalledFromC<Arc<I>>> + VTableFor<I, CalledFromC<Borrowed<I>>>,
{
    const BOXED: &'static ObjectTable = &table_of::<I, Box<I>>();
    const SHARED: &'static ObjectTable = &table_of::<I, Arc<I>>();
    const BORROWED: &'static ObjectTable = &table_of::<I, Borrowed<I>>();
}

// SAFETY: the macro's proxies call its vtables.
unsafe impl<I> Dyn for I
where
    I: Interface + VTableFor<I, Box<I>> + VTableFor<I, Arc<I>> + VTableFor<I, Borrowed<I>> + ?Sized,
    I: VTableFor<I, CalledFromC<Box<I>>>,
    I: VTableFor<I, CalledFromC<Arc<I>>> + VTableFor<I, CalledFromC<Borrowed<I>>>,
    I::Proxy: BoxedProxy<I>,
{
    type Adopted = I::Proxy;
    type Tables = InterfaceTables<I>;
    const SHAPE: &'static Shape = I::SHAPE;

    #[inline]
    unsafe fn check(table: &ObjectTable) -> Result<u32, LiftError> {
        // SAFETY: the contract of this function.
        unsafe { Object::<I>::check(table) }
    }

    #[inline(always)]
    unsafe fn methods_if_same(vtable: &VTableHeader) -> Option<u32> {
        Object::<I>::methods_if_same(vtable)
    }

    #[inline]
    unsafe fn adopt(remote: RemoteObject, place: impl Place) -> *mut Self {
        // SAFETY: the contract of this function.
        let proxy = I::proxy(unsafe { Object::from_remote(remote) });
        // SAFETY: it has a remote object, and no borrow.
        CompleteProxy::as_dyn(unsafe { place.place(proxy) })
    }

    #[inline(always)]
    fn has_still(adopted: &I::Proxy, loan: *const ()) -> bool {
        Object::<I>::of_adopted(adopted).has_still(loan)
    }

    fn take_remote(value: Box<Self>) -> Result<RawObject, Box<Self>> {
        Object::take_remote(value)
    }

    fn share_remote(&self) -> Option<RawObject> {
        Object::share_remote(self)
    }

    fn borrow_remote(&self) -> Option<RawBorrowed> {
        Object::borrow_remote(self)
    }
}

const fn table_of<I, P: InstanceStorage<I>>() -> ObjectTable
where
    I: VTableFor<I, P> + VTableFor<I, CalledFromC<P>> + ?Sized,
{
    table::<I, P>(
        ptr::from_ref(<I as VTableFor<I, CalledFromC<P>>>::VTABLE).cast(),
        ptr::from_ref(<I as VTableFor<I, P>>::VTABLE).cast(),
        RawSlice::of(I::RECORD),
    )
}

/// Returns the table of objects of type `B` in a storage of type `P`, with the
/// vtable of `CalledFromC<P>` and that of `P`.
pub(crate) const fn table<B: ?Sized + 'static, P: InstanceStorage<B>>(
    vtable: *const VTableHeader,
    unchecked: *const VTableHeader,
    record: RawSlice,
) -> ObjectTable {
    let (share, flags) = (P::SHARE, ObjectTable::RUST);
    ObjectTable { vtable, record, share, is: is::<B>, flags, unchecked }
}

/// Returns 1 if `type_id` is that of `B`.
unsafe extern "C" fn is<B: ?Sized + 'static>(type_id: *const c_void) -> u8 {
    // SAFETY: only this very library calls this, with a `TypeId` of its own.
    let asked = unsafe { type_id.cast::<TypeId>().read() };
    (asked == TypeId::of::<B>()).into()
}
