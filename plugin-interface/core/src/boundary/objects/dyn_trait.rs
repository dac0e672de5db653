//! Objects: `Box<dyn Trait>`, `Arc<dyn Trait>`, `&dyn Trait` and
//! `&mut dyn Trait`.
//!
//! A value that implements a trait in one library is called from another. It is
//! dropped in the library that created it. Boxed closures, iterators and
//! futures use the same code.
//!
//! An object is wrapped once. One that came from another library is passed on
//! unchanged. One that returns to its own library is unwrapped again.
#![expect(unsafe_code, reason = "objects change their owner")]

use core::any::TypeId;
use core::ffi::c_void;
use core::mem::{ManuallyDrop, transmute_copy};
use core::ptr;
use std::sync::Arc;

use crate::abi::{ObjectTable, RawBorrowed, RawObject, RawSlice, VTableHeader};
use crate::boundary::objects::place::{InBox, InScope, Place};
use crate::boundary::objects::pointee::{ConvertPointer, DynPointee, InArc, Pointee};
use crate::boundary::objects::storage::{Borrowed, CalledFromC, InstanceStorage, Words};
use crate::boundary::{LiftError, NeedsScope, Origin, Shape};
use crate::interface::{BoxedProxy, CompleteProxy, Interface, VTableFor};
use crate::object::Object;
use crate::object::loan::Loan;
use crate::object::remote::{OwnedObject, RemoteObject, checked_table, is_own};
use crate::runtime::library_ref;

/// A `dyn Trait` that can be passed as an object, without auto traits.
///
/// # Safety
///
/// 1. Each table belongs to objects of this type, in the storage that its name
///    states.
/// 2. `adopt` returns a value that owns the object and calls its vtable.
#[doc(hidden)]
pub unsafe trait Dyn: 'static {
    /// The name of the type.
    const SHAPE: &'static Shape;
    /// The table of objects in a `Box`.
    const BOXED: &'static ObjectTable;
    /// The table of objects in an `Arc`.
    const SHARED: &'static ObjectTable;
    /// The table of borrowed objects.
    const BORROWED: &'static ObjectTable;

    /// Returns the number of methods that may be called of an object with that
    /// table.
    ///
    /// # Safety
    ///
    /// The table belongs to an object, and everything it refers to is mapped.
    unsafe fn check(table: &ObjectTable) -> Result<u32, LiftError>;

    /// Wraps a remote object in this type, and returns what `place` returned.
    ///
    /// # Safety
    ///
    /// The object is of this type, and has as many methods as `check` returned.
    unsafe fn adopt(remote: RemoteObject, place: impl Place) -> *mut Self;

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

// SAFETY: the macro's vtables are for the storage that they name, and its
// proxies call them.
unsafe impl<I> Dyn for I
where
    I: Interface + VTableFor<I, Box<I>> + VTableFor<I, Arc<I>> + VTableFor<I, Borrowed<I>> + ?Sized,
    I: VTableFor<I, CalledFromC<Box<I>>>,
    I: VTableFor<I, CalledFromC<Arc<I>>> + VTableFor<I, CalledFromC<Borrowed<I>>>,
    I::Proxy: BoxedProxy<I>,
{
    const SHAPE: &'static Shape = I::SHAPE;
    const BOXED: &'static ObjectTable = &table_of::<I, Box<I>>();
    const SHARED: &'static ObjectTable = &table_of::<I, Arc<I>>();
    const BORROWED: &'static ObjectTable = &table_of::<I, Borrowed<I>>();

    unsafe fn check(table: &ObjectTable) -> Result<u32, LiftError> {
        // SAFETY: the contract of this function.
        unsafe { Object::<I>::check(table) }
    }

    unsafe fn adopt(remote: RemoteObject, place: impl Place) -> *mut Self {
        // SAFETY: the contract of this function.
        let proxy = I::proxy(unsafe { Object::from_remote(remote) });
        // SAFETY: it has a remote object, and no borrow.
        CompleteProxy::as_dyn(unsafe { place.place(proxy) })
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

/// Converts a pointer to one whose target differs in lifetimes and auto traits
/// only.
///
/// # Safety
///
/// The target differs in nothing else, and it has those of the result.
#[inline]
unsafe fn recast<P, Q>(pointer: P) -> Q {
    const { assert!(size_of::<P>() == size_of::<Q>(), "as many words") };
    // SAFETY: both have the same size and layout, since lifetimes and auto
    // traits are no part of a pointer.
    unsafe { transmute_copy(&ManuallyDrop::new(pointer)) }
}

/// Creates an object that owns `storage`.
fn own_object<B: ?Sized, P: InstanceStorage<B>>(
    table: &'static ObjectTable,
    storage: P,
) -> RawObject {
    let library_ref = library_ref::current();
    // SAFETY: this library is in use, since it runs.
    unsafe { library_ref::retain(library_ref) };
    RawObject { table, instance: Box::into_raw(Box::new(storage)).cast(), library_ref }
}

/// Converts a received object: to its storage, if this library created it in a
/// storage of type `P`; else to a box that calls it.
///
/// # Safety
///
/// The object is of type `B`, and this library owns it.
#[inline(always)]
unsafe fn receive_object<B: Dyn + ?Sized, P: InstanceStorage<B>>(
    wire: RawObject,
) -> Result<Result<P, Box<B>>, LiftError> {
    // SAFETY: the contract of this function; it keeps its library loaded.
    let table = unsafe { checked_table(wire.table, wire.library_ref) }?;
    if wire.instance.is_null() {
        return Err(LiftError::Null);
    }
    // SAFETY: the contract of this function.
    let owned = unsafe { OwnedObject::new(wire) };
    // SAFETY: the object's own table and `library_ref`.
    let is_own = unsafe { is_own::<B>(table, wire.library_ref) };
    if is_own && table.share.is_some() == P::SHARE.is_some() {
        // SAFETY: created by `own_object` from a storage of this type: only
        // those of an `Arc` can be shared, and the others are boxes.
        return Ok(Ok(*unsafe { Box::from_raw(owned.into_instance().cast::<P>()) }));
    }
    // SAFETY: the object's own table; it keeps its library loaded.
    let methods = unsafe { B::check(table) }?;
    // SAFETY: the object is of this type, and was checked; it is in a box.
    Ok(Err(unsafe { Box::from_raw(B::adopt(RemoteObject::owned(owned, methods), InBox)) }))
}

/// Lowers an object that is borrowed as long as the result is used.
fn lower_borrowed<B: Dyn + ?Sized>(value: *mut B) -> RawBorrowed {
    // SAFETY: a reference to a type without a known size is two words.
    let data = unsafe { recast::<Borrowed<B>, Words>(Borrowed(value)) };
    RawBorrowed {
        table: B::BORROWED,
        instance: ptr::null_mut(),
        data,
        library_ref: library_ref::current(),
    }
}

/// Lifts a borrowed object.
///
/// # Safety
///
/// It is of type `B`. It is borrowed for as long as the result is used,
/// exclusively if the result is used so.
#[inline(always)]
unsafe fn lift_borrowed<B: Dyn + ?Sized>(
    wire: RawBorrowed,
    origin: Origin,
    is_exclusive: bool,
) -> Result<*mut B, LiftError> {
    // SAFETY: the lender of an object keeps its library loaded.
    let table = unsafe { checked_table(wire.table, wire.library_ref) }?;
    // SAFETY: the object's own table and `library_ref`.
    let is_own = unsafe { is_own::<B>(table, wire.library_ref) };
    if is_own && wire.instance.is_null() {
        // SAFETY: `lower_borrowed` of this library created these words.
        return Ok(unsafe { recast::<Words, Borrowed<B>>(wire.data) }.0);
    }
    if is_own && table.share.is_none() {
        // SAFETY: the object is in a box, since it has one owner.
        return Ok(unsafe { &raw mut **wire.instance.cast::<Box<B>>() });
    }
    if is_own && !is_exclusive {
        // SAFETY: an object that can be shared is in an `Arc`.
        return Ok(unsafe { Arc::as_ptr(&*wire.instance.cast::<Arc<B>>()) }.cast_mut());
    }
    // SAFETY: the object's own table; its lender keeps its library loaded.
    let methods = unsafe { B::check(table) }?;
    let scope = origin.call_scope().ok_or(LiftError::Borrowed)?;
    // SAFETY: of the call that has the arguments.
    let scope = unsafe { &*scope };
    // SAFETY: a loan borrows nothing. Stored before the proxy, it is dropped
    // after it.
    let loan = unsafe { scope.store(Loan::<B>::new(wire)) };
    // SAFETY: borrowed for longer than the call, whose scope has the loan.
    let lent = unsafe { Loan::lend(loan) };
    // SAFETY: of this type, and checked.
    Ok(unsafe { B::adopt(RemoteObject::borrowed(lent, methods), InScope(scope)) })
}

// SAFETY: the wire owns the object, then the lifted value does. The lifted
// value calls it as `B` requires. `D` has no more markers here than it had when
// it was lowered.
unsafe impl<D, B> ConvertPointer<Box<D>> for DynPointee<B>
where
    D: Pointee<Kind = DynPointee<B>> + ?Sized,
    B: Dyn + ?Sized,
{
    type Wire = RawObject;
    type At<'a> = Box<D>;
    const SHAPE: &'static Shape = &Shape::Apply("Box", &[&Shape::Marked(B::SHAPE, D::MARKERS)]);

    fn lower(value: Box<D>) -> RawObject {
        // SAFETY: `D` is `B` with markers; the object is lifted as `D` again.
        let value: Box<B> = unsafe { recast(value) };
        B::take_remote(value).unwrap_or_else(|value| own_object::<B, Box<B>>(B::BOXED, value))
    }

    #[inline(always)]
    unsafe fn lift<'a>(wire: RawObject, _: Origin) -> Result<Self::At<'a>, LiftError> {
        // SAFETY: the contract of this function.
        let received = unsafe { receive_object::<B, Box<B>>(wire) }?;
        let (Ok(object) | Err(object)) = received;
        // SAFETY: lowered from a `D`.
        Ok(unsafe { recast(object) })
    }
}

// SAFETY: as above. The `Arc` may have owners in other libraries, which
// `Arc::get_mut` does not count: `InArc` keeps the `&mut D` on its thread.
unsafe impl<D, B> ConvertPointer<Arc<D>> for DynPointee<B>
where
    D: Pointee<Kind = DynPointee<B>, Threads: InArc<D>> + ?Sized,
    B: Shareable + ?Sized,
{
    type Wire = RawObject;
    type At<'a> = Arc<D>;
    const SHAPE: &'static Shape = &Shape::Apply("Arc", &[&Shape::Marked(B::SHAPE, D::MARKERS)]);

    fn lower(value: Arc<D>) -> RawObject {
        // SAFETY: as for `Box`.
        let value: Arc<B> = unsafe { recast(value) };
        B::share_remote(&value).unwrap_or_else(|| own_object::<B, Arc<B>>(B::SHARED, value))
    }

    #[inline(always)]
    unsafe fn lift<'a>(wire: RawObject, _: Origin) -> Result<Self::At<'a>, LiftError> {
        // SAFETY: the contract of this function.
        let object = unsafe { receive_object::<B, Arc<B>>(wire) }?.unwrap_or_else(Arc::from);
        // SAFETY: lowered from a `D`.
        Ok(unsafe { recast(object) })
    }
}

// SAFETY: the object is borrowed as long as the reference.
unsafe impl<'r, D, B> ConvertPointer<&'r D> for DynPointee<B>
where
    D: Pointee<Kind = DynPointee<B>> + ?Sized,
    B: Shareable + ?Sized,
{
    type Wire = RawBorrowed;
    type At<'a> = &'a D::At<'a>;
    const SHAPE: &'static Shape = &Shape::Ref(&Shape::Marked(B::SHAPE, D::MARKERS));
    const NEEDS_SCOPE: NeedsScope = NeedsScope::Always;

    fn lower(value: &'r D) -> RawBorrowed {
        // SAFETY: as for `Box`; borrowed equally long.
        let value: &B = unsafe { recast(value) };
        value.borrow_remote().unwrap_or_else(|| lower_borrowed(ptr::from_ref(value).cast_mut()))
    }

    #[inline(always)]
    unsafe fn lift<'a>(wire: RawBorrowed, origin: Origin) -> Result<Self::At<'a>, LiftError> {
        // SAFETY: the contract of this function.
        let object = unsafe { lift_borrowed::<B>(wire, origin, false) }?;
        // SAFETY: lowered from a `D`, and borrowed for `'a`.
        Ok(unsafe { recast::<*mut B, &'a D::At<'a>>(object) })
    }
}

// SAFETY: as above, exclusively.
unsafe impl<'r, D, B> ConvertPointer<&'r mut D> for DynPointee<B>
where
    D: Pointee<Kind = DynPointee<B>> + ?Sized,
    B: BorrowableMut + ?Sized,
{
    type Wire = RawBorrowed;
    type At<'a> = &'a mut D::At<'a>;
    const SHAPE: &'static Shape = &Shape::RefMut(&Shape::Marked(B::SHAPE, D::MARKERS));
    const NEEDS_SCOPE: NeedsScope = NeedsScope::Always;

    fn lower(value: &'r mut D) -> RawBorrowed {
        // SAFETY: as for `Box`; borrowed equally long.
        let value: &mut B = unsafe { recast(value) };
        value.borrow_remote().unwrap_or_else(|| lower_borrowed(value))
    }

    #[inline(always)]
    unsafe fn lift<'a>(wire: RawBorrowed, origin: Origin) -> Result<Self::At<'a>, LiftError> {
        // SAFETY: the contract of this function.
        let object = unsafe { lift_borrowed::<B>(wire, origin, true) }?;
        // SAFETY: lowered from a `D`, and borrowed exclusively for `'a`.
        Ok(unsafe { recast::<*mut B, &'a mut D::At<'a>>(object) })
    }
}
