//! Objects that are passed on to another owner: `Box<dyn Trait>` and
//! `Arc<dyn Trait>`.
//!
//! An object is wrapped once. One that came from another library is passed on
//! unchanged. One that returns to its own library is unwrapped again.
#![expect(unsafe_code, reason = "objects change their owner")]

use std::sync::Arc;

use crate::abi::{ObjectTable, RawObject};
use crate::boundary::objects::dyn_trait::{Dyn, ObjectTables, Shareable};
use crate::boundary::objects::place::InBox;
use crate::boundary::objects::pointee::{ConvertPointer, DynPointee, InArc, Pointee, recast};
use crate::boundary::objects::storage::InstanceStorage;
use crate::boundary::{LiftError, Origin, Shape};
use crate::object::remote::{OwnedObject, RemoteObject, is_own, received_table};
use crate::runtime::library_ref;

/// Creates an object that owns `storage`.
pub(crate) fn own_object<B: ?Sized, P: InstanceStorage<B>>(
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
    origin: Origin,
) -> Result<Result<P, Box<B>>, LiftError> {
    // SAFETY: the contract of this function; it keeps its library loaded.
    let table = unsafe { received_table(wire.table, wire.library_ref, origin) }?;
    if origin.is_foreign() && wire.instance.is_null() {
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
    type Slot = ();
    const SHAPE: &'static Shape = &Shape::Apply("Box", &[&Shape::Marked(B::SHAPE, D::MARKERS)]);

    fn lower(value: Box<D>) -> RawObject {
        // SAFETY: `D` is `B` with markers; the object is lifted as `D` again.
        let value: Box<B> = unsafe { recast(value) };
        B::take_remote(value)
            .unwrap_or_else(|value| own_object::<B, Box<B>>(B::Tables::BOXED, value))
    }

    #[inline(always)]
    unsafe fn lift<'a>(wire: RawObject, origin: Origin) -> Result<Self::At<'a>, LiftError> {
        // SAFETY: the contract of this function.
        let received = unsafe { receive_object::<B, Box<B>>(wire, origin) }?;
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
    type Slot = ();
    const SHAPE: &'static Shape = &Shape::Apply("Arc", &[&Shape::Marked(B::SHAPE, D::MARKERS)]);

    fn lower(value: Arc<D>) -> RawObject {
        // SAFETY: as for `Box`.
        let value: Arc<B> = unsafe { recast(value) };
        B::share_remote(&value).unwrap_or_else(|| own_object::<B, Arc<B>>(B::Tables::SHARED, value))
    }

    #[inline(always)]
    unsafe fn lift<'a>(wire: RawObject, origin: Origin) -> Result<Self::At<'a>, LiftError> {
        // SAFETY: the contract of this function.
        let object =
            unsafe { receive_object::<B, Arc<B>>(wire, origin) }?.unwrap_or_else(Arc::from);
        // SAFETY: lowered from a `D`.
        Ok(unsafe { recast(object) })
    }
}
