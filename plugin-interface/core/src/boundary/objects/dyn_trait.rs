//! `Box<dyn Trait>`, `Arc<dyn Trait>`, `&dyn Trait` and `&mut dyn Trait`: what
//! implements a trait on one side is called from another, and ends where it was
//! made. Closures, iterators and futures in a box go the same way.
//!
//! What is lowered is wrapped once: an object that came from elsewhere is handed
//! on as it is, and one that comes back to its maker is what it was.
#![expect(unsafe_code, reason = "objects change their owner")]

use core::any::TypeId;
use core::ffi::c_void;
use core::mem::{ManuallyDrop, transmute_copy};
use core::ptr;
use std::sync::Arc;

use crate::abi::{ObjectTable, RawBorrowed, RawObject, RawSlice, VTableHeader};
use crate::boundary::objects::pointee::{ConvertPointer, DynPointee, Pointee};
use crate::boundary::objects::storage::{Borrowed, InstanceStorage, Words};
use crate::boundary::{LiftError, NeedsScope, Origin, Shape};
use crate::interface::{Interface, VTableFor};
use crate::object::Object;
use crate::object::remote::{OwnedObject, RemoteObject, checked_table, is_own};
use crate::runtime::library_ref;

/// `dyn Trait` that crosses as an object, without auto traits.
///
/// # Safety
///
/// 1. Each table is of objects of this type, whose places are those of its name.
/// 2. `adopt` makes what calls the object by its vtable, and owns it.
#[doc(hidden)]
pub unsafe trait Dyn: 'static {
    /// Its name.
    const SHAPE: &'static Shape;
    /// Of objects in a `Box`.
    const BOXED: &'static ObjectTable;
    /// Of objects in an `Arc`.
    const SHARED: &'static ObjectTable;
    /// Of objects that are lent.
    const BORROWED: &'static ObjectTable;

    /// How many methods may be called of an object with that table.
    ///
    /// # Safety
    ///
    /// The table is that of an object, and what it leads to is mapped.
    unsafe fn check(table: &ObjectTable) -> Result<u32, LiftError>;

    /// Dresses an object of another side in this type.
    ///
    /// # Safety
    ///
    /// The object is of this type, with as many methods as `check` said.
    unsafe fn adopt(remote: RemoteObject) -> Box<Self>;

    /// What stands for an object of another side gives that object away.
    fn take_remote(value: Box<Self>) -> Result<RawObject, Box<Self>> {
        Err(value)
    }

    /// The same, of one that may have several owners.
    fn share_remote(&self) -> Option<RawObject> {
        None
    }

    /// The same, for as long as `self` is borrowed.
    fn borrow_remote(&self) -> Option<RawBorrowed> {
        None
    }
}

/// `dyn Trait` that who shares it can call.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` needs exclusive access, so it cannot be passed as `&` or `Arc`",
    label = "only its owner or an exclusive borrower can call this",
    note = "pass it in a `Box`; pass a `FnMut` or an iterator as `&mut`; or use a `dyn Fn`"
)]
pub trait Shareable: Dyn {}

impl<I: Dyn + Interface + ?Sized> Shareable for I {}

/// `dyn Trait` that who borrows it exclusively can call.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be passed as `&mut`",
    label = "only its owner can call this",
    note = "pass it in a `Box`: a `FnOnce` is consumed by its call, and a future must not move"
)]
pub trait BorrowableMut: Dyn {}

impl<I: Dyn + Interface + ?Sized> BorrowableMut for I {}

// SAFETY: the macro's vtables are of the places that they name, and its proxies
// call them.
unsafe impl<I> Dyn for I
where
    I: Interface + VTableFor<I, Box<I>> + VTableFor<I, Arc<I>> + VTableFor<I, Borrowed<I>> + ?Sized,
{
    const SHAPE: &'static Shape = I::SHAPE;
    const BOXED: &'static ObjectTable = &table_of::<I, Box<I>>();
    const SHARED: &'static ObjectTable = &table_of::<I, Arc<I>>();
    const BORROWED: &'static ObjectTable = &table_of::<I, Borrowed<I>>();

    unsafe fn check(table: &ObjectTable) -> Result<u32, LiftError> {
        // SAFETY: the contract of this function.
        unsafe { Object::<I>::check(table) }
    }

    unsafe fn adopt(remote: RemoteObject) -> Box<Self> {
        // SAFETY: the contract of this function.
        I::boxed(unsafe { Object::from_remote(remote) })
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

const fn table_of<I: VTableFor<I, P> + ?Sized, P: InstanceStorage<I>>() -> ObjectTable {
    table::<I, P>(ptr::from_ref(<I as VTableFor<I, P>>::VTABLE).cast(), RawSlice::of(I::RECORD))
}

/// The table of objects of type `B` in places of type `P`.
pub(crate) const fn table<B: ?Sized + 'static, P: InstanceStorage<B>>(
    vtable: *const VTableHeader,
    record: RawSlice,
) -> ObjectTable {
    ObjectTable { vtable, record, share: P::SHARE, is: is::<B>, flags: ObjectTable::RUST }
}

/// Whether `type_id` is that of `B`.
unsafe extern "C" fn is<B: ?Sized + 'static>(type_id: *const c_void) -> u8 {
    // SAFETY: only this very library asks, with a `TypeId` of its own.
    let asked = unsafe { type_id.cast::<TypeId>().read() };
    (asked == TypeId::of::<B>()).into()
}

/// The same pointer, to a type that differs in lifetimes and auto traits only.
///
/// # Safety
///
/// It does, and it has those that the result says.
#[inline]
unsafe fn recast<P, Q>(pointer: P) -> Q {
    const { assert!(size_of::<P>() == size_of::<Q>(), "as many words") };
    // SAFETY: of one size, and of one layout: neither a lifetime nor an auto
    // trait is part of what a pointer consists of.
    unsafe { transmute_copy(&ManuallyDrop::new(pointer)) }
}

/// An object of which `place` is the owner.
fn own_object<B: ?Sized, P: InstanceStorage<B>>(
    table: &'static ObjectTable,
    place: P,
) -> RawObject {
    let library_ref = library_ref::current();
    // SAFETY: this library is in use, as it runs.
    unsafe { library_ref::retain(library_ref) };
    RawObject { table, instance: Box::into_raw(Box::new(place)).cast(), library_ref }
}

/// What comes of an object that was handed over: an owner of it, if it was made
/// here in a place of type `P`; else a box that calls it.
///
/// # Safety
///
/// The object is of type `B`, and ours.
unsafe fn receive_object<B: Dyn + ?Sized, P: InstanceStorage<B>>(
    wire: RawObject,
) -> Result<Result<P, Box<B>>, LiftError> {
    // SAFETY: the contract of this function; it keeps its library mapped.
    let table = unsafe { checked_table(wire.table, wire.library_ref) }?;
    if wire.instance.is_null() {
        return Err(LiftError::Null);
    }
    // SAFETY: the contract of this function.
    let owned = unsafe { OwnedObject::new(wire) };
    // SAFETY: its own table, and its keep.
    let is_own = unsafe { is_own::<B>(table, wire.library_ref) };
    if is_own && table.share.is_some() == P::SHARE.is_some() {
        // SAFETY: made by `own` of a place of this type: only those of an `Arc`
        // are shared, and the others are boxes.
        return Ok(Ok(*unsafe { Box::from_raw(owned.into_instance().cast::<P>()) }));
    }
    // SAFETY: its own table, and it keeps its library mapped.
    let methods = unsafe { B::check(table) }?;
    // SAFETY: of this type, and checked.
    Ok(Err(unsafe { B::adopt(RemoteObject::owned(owned, methods)) }))
}

/// An object that is borrowed as long as the result is used.
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

/// Borrows an object that is lent.
///
/// # Safety
///
/// It is of type `B`, is lent for as long as the result is used, and exclusively
/// so if the result is.
unsafe fn lift_borrowed<B: Dyn + ?Sized>(
    wire: RawBorrowed,
    origin: Origin,
    is_exclusive: bool,
) -> Result<*mut B, LiftError> {
    // SAFETY: whoever lends an object has its library mapped.
    let table = unsafe { checked_table(wire.table, wire.library_ref) }?;
    // SAFETY: its own table, and its keep.
    let is_own = unsafe { is_own::<B>(table, wire.library_ref) };
    if is_own && wire.instance.is_null() {
        // SAFETY: these words were made by `lend` of this library.
        return Ok(unsafe { recast::<Words, Borrowed<B>>(wire.data) }.0);
    }
    if is_own && table.share.is_none() {
        // SAFETY: the object is in a box, as it has one owner.
        return Ok(unsafe { &raw mut **wire.instance.cast::<Box<B>>() });
    }
    if is_own && !is_exclusive {
        // SAFETY: else it is in an `Arc`.
        return Ok(unsafe { Arc::as_ptr(&*wire.instance.cast::<Arc<B>>()) }.cast_mut());
    }
    // SAFETY: its own table, and whoever lends it has its library mapped.
    let methods = unsafe { B::check(table) }?;
    let scope = origin.call_scope().ok_or(LiftError::Borrowed)?;
    let adopt = |data: *mut Words| {
        let instance = if wire.instance.is_null() { data.cast() } else { wire.instance };
        // SAFETY: of this type, checked, and lent for longer than the call.
        unsafe { B::adopt(RemoteObject::borrowed(wire, instance, methods)) }
    };
    // SAFETY: a local of the call.
    Ok(unsafe { &*scope }.store_object(wire.data, adopt))
}

// SAFETY: the object is owned by the wire, then by what was lifted of it, which
// calls it with all that `B` asks of a caller; `D` has no more markers here than
// it had when it was lowered.
unsafe impl<D, B> ConvertPointer<Box<D>> for DynPointee<B>
where
    D: Pointee<Kind = DynPointee<B>> + ?Sized,
    B: Dyn + ?Sized,
{
    type Wire = RawObject;
    type At<'a> = Box<D>;
    const SHAPE: &'static Shape = &Shape::Apply("Box", &[&Shape::Marked(B::SHAPE, D::MARKERS)]);

    fn lower(value: Box<D>) -> RawObject {
        // SAFETY: `D` is `B` and more; the object is lifted as `D` again.
        let value: Box<B> = unsafe { recast(value) };
        B::take_remote(value).unwrap_or_else(|value| own_object::<B, Box<B>>(B::BOXED, value))
    }

    unsafe fn lift<'a>(wire: RawObject, _: Origin) -> Result<Self::At<'a>, LiftError> {
        // SAFETY: the contract of this function.
        let received = unsafe { receive_object::<B, Box<B>>(wire) }?;
        let (Ok(object) | Err(object)) = received;
        // SAFETY: lowered from a `D`.
        Ok(unsafe { recast(object) })
    }
}

// SAFETY: as above.
unsafe impl<D, B> ConvertPointer<Arc<D>> for DynPointee<B>
where
    D: Pointee<Kind = DynPointee<B>> + ?Sized,
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

    unsafe fn lift<'a>(wire: RawObject, _: Origin) -> Result<Self::At<'a>, LiftError> {
        // SAFETY: the contract of this function.
        let object = unsafe { receive_object::<B, Arc<B>>(wire) }?.unwrap_or_else(Arc::from);
        // SAFETY: lowered from a `D`.
        Ok(unsafe { recast(object) })
    }
}

// SAFETY: the object is borrowed for as long as the reference.
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
        // SAFETY: as for `Box`; borrowed for as long.
        let value: &B = unsafe { recast(value) };
        value.borrow_remote().unwrap_or_else(|| lower_borrowed(ptr::from_ref(value).cast_mut()))
    }

    unsafe fn lift<'a>(wire: RawBorrowed, origin: Origin) -> Result<Self::At<'a>, LiftError> {
        // SAFETY: the contract of this function.
        let object = unsafe { lift_borrowed::<B>(wire, origin, false) }?;
        // SAFETY: lowered from a `D`, and lent for `'a`.
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
        // SAFETY: as for `Box`; borrowed for as long.
        let value: &mut B = unsafe { recast(value) };
        value.borrow_remote().unwrap_or_else(|| lower_borrowed(value))
    }

    unsafe fn lift<'a>(wire: RawBorrowed, origin: Origin) -> Result<Self::At<'a>, LiftError> {
        // SAFETY: the contract of this function.
        let object = unsafe { lift_borrowed::<B>(wire, origin, true) }?;
        // SAFETY: lowered from a `D`, and lent for `'a` exclusively.
        Ok(unsafe { recast::<*mut B, &'a mut D::At<'a>>(object) })
    }
}
