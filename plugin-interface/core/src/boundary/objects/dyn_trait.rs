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

use crate::abi::{ObjectTable, RawLent, RawObject, RawSlice, VTableHeader};
use crate::boundary::objects::pointee::{Behind, Carries, Pointee};
use crate::boundary::objects::storage::{Lent, Place, Words};
use crate::boundary::{Invalid, Lends, Origin, Shape};
use crate::interface::{Interface, VTableFor};
use crate::object::Object;
use crate::object::remote::{Owned, Remote, checked_table, is_own};
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
    const LENT: &'static ObjectTable;

    /// How many methods may be called of an object with that table.
    ///
    /// # Safety
    ///
    /// The table is that of an object, and what it leads to is mapped.
    unsafe fn check(table: &ObjectTable) -> Result<u32, Invalid>;

    /// Dresses an object of another side in this type.
    ///
    /// # Safety
    ///
    /// The object is of this type, with as many methods as `check` said.
    unsafe fn adopt(remote: Remote) -> Box<Self>;

    /// What stands for an object of another side gives that object away.
    fn take(value: Box<Self>) -> Result<RawObject, Box<Self>> {
        Err(value)
    }

    /// The same, of one that may have several owners.
    fn share(&self) -> Option<RawObject> {
        None
    }

    /// The same, for as long as `self` is borrowed.
    fn lend(&self) -> Option<RawLent> {
        None
    }
}

/// `dyn Trait` that who shares it can call.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "nobody could call a `{Self}` that crosses as `&` or `Arc`",
    label = "this can only be called by its owner, or by who borrows it exclusively",
    note = "pass it in a `Box`; lend a `FnMut` or an iterator as `&mut`; or make it a `dyn Fn`"
)]
pub trait Shareable: Dyn {}

impl<I: Dyn + Interface + ?Sized> Shareable for I {}

/// `dyn Trait` that who borrows it exclusively can call.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "nobody could call a `{Self}` that crosses as `&mut`",
    label = "this can only be called by its owner",
    note = "pass it in a `Box`: what is called once is used up, and a future stays where it is"
)]
pub trait Lendable: Dyn {}

impl<I: Dyn + Interface + ?Sized> Lendable for I {}

// SAFETY: the macro's vtables are of the places that they name, and its proxies
// call them.
unsafe impl<I> Dyn for I
where
    I: Interface + VTableFor<I, Box<I>> + VTableFor<I, Arc<I>> + VTableFor<I, Lent<I>> + ?Sized,
{
    const SHAPE: &'static Shape = I::SHAPE;
    const BOXED: &'static ObjectTable = &table_of::<I, Box<I>>();
    const SHARED: &'static ObjectTable = &table_of::<I, Arc<I>>();
    const LENT: &'static ObjectTable = &table_of::<I, Lent<I>>();

    unsafe fn check(table: &ObjectTable) -> Result<u32, Invalid> {
        // SAFETY: the contract of this function.
        unsafe { Object::<I>::check(table) }
    }

    unsafe fn adopt(remote: Remote) -> Box<Self> {
        // SAFETY: the contract of this function.
        I::boxed(unsafe { Object::of(remote) })
    }

    fn take(value: Box<Self>) -> Result<RawObject, Box<Self>> {
        Object::take(value)
    }

    fn share(&self) -> Option<RawObject> {
        Object::share(self)
    }

    fn lend(&self) -> Option<RawLent> {
        Object::lend(self)
    }
}

const fn table_of<I: VTableFor<I, P> + ?Sized, P: Place<I>>() -> ObjectTable {
    table::<I, P>(ptr::from_ref(<I as VTableFor<I, P>>::VTABLE).cast(), RawSlice::of(I::RECORD))
}

/// The table of objects of type `B` in places of type `P`.
pub(crate) const fn table<B: ?Sized + 'static, P: Place<B>>(
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
fn own<B: ?Sized, P: Place<B>>(table: &'static ObjectTable, place: P) -> RawObject {
    let keep = library_ref::here();
    // SAFETY: this library is in use, as it runs.
    unsafe { library_ref::retain(keep) };
    RawObject { table, instance: Box::into_raw(Box::new(place)).cast(), keep }
}

/// What comes of an object that was handed over: an owner of it, if it was made
/// here in a place of type `P`; else a box that calls it.
///
/// # Safety
///
/// The object is of type `B`, and ours.
unsafe fn receive<B: Dyn + ?Sized, P: Place<B>>(
    wire: RawObject,
) -> Result<Result<P, Box<B>>, Invalid> {
    // SAFETY: the contract of this function; it keeps its library mapped.
    let table = unsafe { checked_table(wire.table, wire.keep) }?;
    if wire.instance.is_null() {
        return Err(Invalid::Null);
    }
    // SAFETY: the contract of this function.
    let owned = unsafe { Owned::new(wire) };
    // SAFETY: its own table, and its keep.
    let is_own = unsafe { is_own::<B>(table, wire.keep) };
    if is_own && table.share.is_some() == P::SHARE.is_some() {
        // SAFETY: made by `own` of a place of this type: only those of an `Arc`
        // are shared, and the others are boxes.
        return Ok(Ok(*unsafe { Box::from_raw(owned.into_instance().cast::<P>()) }));
    }
    // SAFETY: its own table, and it keeps its library mapped.
    let methods = unsafe { B::check(table) }?;
    // SAFETY: of this type, and checked.
    Ok(Err(unsafe { B::adopt(Remote::owned(owned, methods)) }))
}

/// An object that is borrowed as long as the result is used.
fn lend<B: Dyn + ?Sized>(value: *mut B) -> RawLent {
    // SAFETY: a reference to a type without a known size is two words.
    let data = unsafe { recast::<Lent<B>, Words>(Lent(value)) };
    RawLent { table: B::LENT, instance: ptr::null_mut(), data, keep: library_ref::here() }
}

/// Borrows an object that is lent.
///
/// # Safety
///
/// It is of type `B`, is lent for as long as the result is used, and exclusively
/// so if the result is.
unsafe fn borrow<B: Dyn + ?Sized>(
    wire: RawLent,
    origin: Origin,
    is_exclusive: bool,
) -> Result<*mut B, Invalid> {
    // SAFETY: whoever lends an object has its library mapped.
    let table = unsafe { checked_table(wire.table, wire.keep) }?;
    // SAFETY: its own table, and its keep.
    let is_own = unsafe { is_own::<B>(table, wire.keep) };
    if is_own && wire.instance.is_null() {
        // SAFETY: these words were made by `lend` of this library.
        return Ok(unsafe { recast::<Words, Lent<B>>(wire.data) }.0);
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
    let lendings = origin.lendings().ok_or(Invalid::Lent)?;
    let adopt = |data: *mut Words| {
        let instance = if wire.instance.is_null() { data.cast() } else { wire.instance };
        // SAFETY: of this type, checked, and lent for longer than the call.
        unsafe { B::adopt(Remote::lent(wire, instance, methods)) }
    };
    // SAFETY: a local of the call.
    Ok(unsafe { &*lendings }.hold(wire.data, adopt))
}

// SAFETY: the object is owned by the wire, then by what was lifted of it, which
// calls it with all that `B` asks of a caller; `D` has no more markers here than
// it had when it was lowered.
unsafe impl<D, B> Carries<Box<D>> for Behind<B>
where
    D: Pointee<Kind = Behind<B>> + ?Sized,
    B: Dyn + ?Sized,
{
    type Wire = RawObject;
    type At<'a> = Box<D>;
    const SHAPE: &'static Shape = &Shape::Apply("Box", &[&Shape::Marked(B::SHAPE, D::MARKERS)]);

    fn lower(value: Box<D>) -> RawObject {
        // SAFETY: `D` is `B` and more; the object is lifted as `D` again.
        let value: Box<B> = unsafe { recast(value) };
        B::take(value).unwrap_or_else(|value| own::<B, Box<B>>(B::BOXED, value))
    }

    unsafe fn lift<'a>(wire: RawObject, _: Origin) -> Result<Self::At<'a>, Invalid> {
        // SAFETY: the contract of this function.
        let received = unsafe { receive::<B, Box<B>>(wire) }?;
        let (Ok(object) | Err(object)) = received;
        // SAFETY: lowered from a `D`.
        Ok(unsafe { recast(object) })
    }
}

// SAFETY: as above.
unsafe impl<D, B> Carries<Arc<D>> for Behind<B>
where
    D: Pointee<Kind = Behind<B>> + ?Sized,
    B: Shareable + ?Sized,
{
    type Wire = RawObject;
    type At<'a> = Arc<D>;
    const SHAPE: &'static Shape = &Shape::Apply("Arc", &[&Shape::Marked(B::SHAPE, D::MARKERS)]);

    fn lower(value: Arc<D>) -> RawObject {
        // SAFETY: as for `Box`.
        let value: Arc<B> = unsafe { recast(value) };
        B::share(&value).unwrap_or_else(|| own::<B, Arc<B>>(B::SHARED, value))
    }

    unsafe fn lift<'a>(wire: RawObject, _: Origin) -> Result<Self::At<'a>, Invalid> {
        // SAFETY: the contract of this function.
        let object = unsafe { receive::<B, Arc<B>>(wire) }?.unwrap_or_else(Arc::from);
        // SAFETY: lowered from a `D`.
        Ok(unsafe { recast(object) })
    }
}

// SAFETY: the object is borrowed for as long as the reference.
unsafe impl<'r, D, B> Carries<&'r D> for Behind<B>
where
    D: Pointee<Kind = Behind<B>> + ?Sized,
    B: Shareable + ?Sized,
{
    type Wire = RawLent;
    type At<'a> = &'a D::At<'a>;
    const SHAPE: &'static Shape = &Shape::Ref(&Shape::Marked(B::SHAPE, D::MARKERS));
    const LENDS: Lends = Lends::Always;

    fn lower(value: &'r D) -> RawLent {
        // SAFETY: as for `Box`; borrowed for as long.
        let value: &B = unsafe { recast(value) };
        value.lend().unwrap_or_else(|| lend(ptr::from_ref(value).cast_mut()))
    }

    unsafe fn lift<'a>(wire: RawLent, origin: Origin) -> Result<Self::At<'a>, Invalid> {
        // SAFETY: the contract of this function.
        let object = unsafe { borrow::<B>(wire, origin, false) }?;
        // SAFETY: lowered from a `D`, and lent for `'a`.
        Ok(unsafe { recast::<*mut B, &'a D::At<'a>>(object) })
    }
}

// SAFETY: as above, exclusively.
unsafe impl<'r, D, B> Carries<&'r mut D> for Behind<B>
where
    D: Pointee<Kind = Behind<B>> + ?Sized,
    B: Lendable + ?Sized,
{
    type Wire = RawLent;
    type At<'a> = &'a mut D::At<'a>;
    const SHAPE: &'static Shape = &Shape::RefMut(&Shape::Marked(B::SHAPE, D::MARKERS));
    const LENDS: Lends = Lends::Always;

    fn lower(value: &'r mut D) -> RawLent {
        // SAFETY: as for `Box`; borrowed for as long.
        let value: &mut B = unsafe { recast(value) };
        value.lend().unwrap_or_else(|| lend(value))
    }

    unsafe fn lift<'a>(wire: RawLent, origin: Origin) -> Result<Self::At<'a>, Invalid> {
        // SAFETY: the contract of this function.
        let object = unsafe { borrow::<B>(wire, origin, true) }?;
        // SAFETY: lowered from a `D`, and lent for `'a` exclusively.
        Ok(unsafe { recast::<*mut B, &'a mut D::At<'a>>(object) })
    }
}
