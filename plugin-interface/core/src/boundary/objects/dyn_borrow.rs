//! Objects that are borrowed for a call: `&dyn Trait` and `&mut dyn Trait`.
#![expect(unsafe_code, reason = "a borrowed object is reached by pointers")]

use core::ptr;
use std::sync::Arc;

use crate::abi::{ObjectTable, RawBorrowed};
use crate::boundary::objects::dyn_trait::{BorrowableMut, Dyn, ObjectTables, Shareable};
use crate::boundary::objects::place::InScope;
use crate::boundary::objects::pointee::{ConvertPointer, DynPointee, Pointee, recast};
use crate::boundary::objects::slot::LentSlot;
use crate::boundary::objects::storage::{Borrowed, Words};
use crate::boundary::{LiftError, NeedsScope, Origin, Shape};
use crate::object::loan::Loan;
use crate::object::remote::{RemoteObject, is_own, received_table};
use crate::runtime::library_ref;

/// Lowers an object that is borrowed as long as the result is used.
fn lower_borrowed<B: Dyn + ?Sized>(value: *mut B) -> RawBorrowed {
    // SAFETY: a reference to a type without a known size is two words.
    let data = unsafe { recast::<Borrowed<B>, Words>(Borrowed(value)) };
    RawBorrowed {
        table: B::Tables::BORROWED,
        instance: ptr::null_mut(),
        data,
        library_ref: library_ref::current(),
    }
}

/// A borrowed object that was received: one of this library, or a remote one with
/// the number of its methods.
pub(super) enum Borrow<B: ?Sized> {
    Own(*mut B),
    Remote(u32),
}

/// Receives a borrowed object.
///
/// # Safety
///
/// It is of type `B`. It is borrowed for as long as the result is used,
/// exclusively if the result is used so.
pub(super) unsafe fn receive_borrowed<B: Dyn + ?Sized>(
    wire: &RawBorrowed,
    origin: Origin,
    is_exclusive: bool,
) -> Result<Borrow<B>, LiftError> {
    // SAFETY: the lender of an object keeps its library loaded.
    let table = unsafe { received_table(wire.table, wire.library_ref, origin) }?;
    // SAFETY: the object's own table and `library_ref`.
    let is_own = unsafe { is_own::<B>(table, wire.library_ref) };
    if is_own && wire.instance.is_null() {
        // SAFETY: `lower_borrowed` of this library created these words.
        return Ok(Borrow::Own(unsafe { recast::<Words, Borrowed<B>>(wire.data) }.0));
    }
    if is_own && table.share.is_none() {
        // SAFETY: the object is in a box, since it has one owner.
        return Ok(Borrow::Own(unsafe { &raw mut **wire.instance.cast::<Box<B>>() }));
    }
    if is_own && !is_exclusive {
        // SAFETY: an object that can be shared is in an `Arc`.
        let object = unsafe { Arc::as_ptr(&*wire.instance.cast::<Arc<B>>()) };
        return Ok(Borrow::Own(object.cast_mut()));
    }
    // SAFETY: the object's own table; its lender keeps its library loaded.
    Ok(Borrow::Remote(unsafe { B::check(table) }?))
}

/// Lifts a borrowed object that is a part of a parameter.
///
/// # Safety
///
/// As for `receive_borrowed`.
unsafe fn lift_borrowed<B: Dyn + ?Sized>(
    wire: RawBorrowed,
    origin: Origin,
    is_exclusive: bool,
) -> Result<*mut B, LiftError> {
    // SAFETY: the contract of this function.
    let methods = match unsafe { receive_borrowed::<B>(&wire, origin, is_exclusive) }? {
        Borrow::Own(own) => return Ok(own),
        Borrow::Remote(methods) => methods,
    };
    let scope = origin.call_scope().ok_or(LiftError::Borrowed)?;
    // SAFETY: of the call that has the arguments.
    let scope = unsafe { &*scope };
    // SAFETY: a loan borrows nothing. Stored before the proxy, it is dropped
    // after it.
    let stored = unsafe { scope.store((wire, Loan::<B>::new())) };
    // SAFETY: borrowed for longer than the call, whose scope has both.
    let lent = unsafe { Loan::lend(&raw mut (*stored).1, &raw const (*stored).0) };
    // SAFETY: of this type, and checked.
    Ok(unsafe { B::adopt(RemoteObject::borrowed(lent, methods), InScope(scope)) })
}

/// Lifts a borrowed object that is a parameter.
///
/// # Safety
///
/// As for `receive_borrowed`. Wire and slot outlive the use of the result and are
/// not moved. The slot is used once.
#[inline(always)]
unsafe fn lift_parameter<B: Dyn + ?Sized>(
    wire: &RawBorrowed,
    origin: Origin,
    is_exclusive: bool,
    slot: &LentSlot<B>,
) -> Result<*mut B, LiftError> {
    // SAFETY: the contract of this function.
    unsafe {
        match usual_methods::<B>(wire, origin) {
            Some(methods) => Ok(slot.lend(wire, methods, RemoteObject::borrowed_of_rust)),
            None => lift_unusual(wire, origin.is_foreign(), is_exclusive, slot),
        }
    }
}

/// Returns the number of methods of an object, if it is the usual one: of another
/// library, by the macros, and of the very same interface.
///
/// # Safety
///
/// As for `receive_borrowed`.
#[inline(always)]
unsafe fn usual_methods<B: Dyn + ?Sized>(wire: &RawBorrowed, origin: Origin) -> Option<u32> {
    if origin.is_foreign() || wire.library_ref == library_ref::current() {
        return None;
    }
    // SAFETY: the macros pass no object without a table, whose library is loaded.
    let table = unsafe { &*wire.table };
    if table.flags & ObjectTable::RUST == 0 {
        return None;
    }
    // SAFETY: the vtable that calls use.
    unsafe { B::methods_if_same(&*table.unchecked) }
}

/// Lifts any borrowed object that is a parameter.
///
/// # Safety
///
/// As for `lift_parameter`.
#[inline(never)]
unsafe fn lift_unusual<B: Dyn + ?Sized>(
    wire: &RawBorrowed,
    is_foreign: bool,
    is_exclusive: bool,
    slot: &LentSlot<B>,
) -> Result<*mut B, LiftError> {
    let origin = if is_foreign { Origin::Foreign } else { Origin::Rust };
    // SAFETY: the contract of this function.
    Ok(match unsafe { receive_borrowed::<B>(wire, origin, is_exclusive) }? {
        Borrow::Own(own) => own,
        // SAFETY: the contract of this function; of this type, and checked.
        Borrow::Remote(methods) => unsafe { slot.lend(wire, methods, RemoteObject::borrowed) },
    })
}

// SAFETY: the object is borrowed as long as the reference. `D` has no more markers
// when it is lifted than it had when it was lowered.
unsafe impl<'r, D, B> ConvertPointer<&'r D> for DynPointee<B>
where
    D: Pointee<Kind = DynPointee<B>> + ?Sized,
    B: Shareable + ?Sized,
{
    type Wire = RawBorrowed;
    type At<'a> = &'a D::At<'a>;
    type Slot = LentSlot<B>;
    const SHAPE: &'static Shape = &Shape::Ref(&Shape::Marked(B::SHAPE, D::MARKERS));
    const NEEDS_SCOPE: NeedsScope = NeedsScope::Always;

    fn lower(value: &'r D) -> RawBorrowed {
        // SAFETY: as for `Box`; borrowed equally long.
        let value: &B = unsafe { recast(value) };
        value.borrow_remote().unwrap_or_else(|| lower_borrowed(ptr::from_ref(value).cast_mut()))
    }

    #[inline]
    unsafe fn lift<'a>(wire: RawBorrowed, origin: Origin) -> Result<Self::At<'a>, LiftError> {
        // SAFETY: the contract of this function.
        let object = unsafe { lift_borrowed::<B>(wire, origin, false) }?;
        // SAFETY: lowered from a `D`, and borrowed for `'a`.
        Ok(unsafe { recast::<*mut B, &'a D::At<'a>>(object) })
    }

    #[inline(always)]
    unsafe fn lift_in<'a>(
        wire: &RawBorrowed,
        origin: Origin,
        slot: &LentSlot<B>,
    ) -> Result<Self::At<'a>, LiftError> {
        // SAFETY: the contract of this function.
        let object = unsafe { lift_parameter::<B>(wire, origin, false, slot) }?;
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
    type Slot = LentSlot<B>;
    const SHAPE: &'static Shape = &Shape::RefMut(&Shape::Marked(B::SHAPE, D::MARKERS));
    const NEEDS_SCOPE: NeedsScope = NeedsScope::Always;

    fn lower(value: &'r mut D) -> RawBorrowed {
        // SAFETY: as for `Box`; borrowed equally long.
        let value: &mut B = unsafe { recast(value) };
        value.borrow_remote().unwrap_or_else(|| lower_borrowed(value))
    }

    #[inline]
    unsafe fn lift<'a>(wire: RawBorrowed, origin: Origin) -> Result<Self::At<'a>, LiftError> {
        // SAFETY: the contract of this function.
        let object = unsafe { lift_borrowed::<B>(wire, origin, true) }?;
        // SAFETY: lowered from a `D`, and borrowed exclusively for `'a`.
        Ok(unsafe { recast::<*mut B, &'a mut D::At<'a>>(object) })
    }

    #[inline(always)]
    unsafe fn lift_in<'a>(
        wire: &RawBorrowed,
        origin: Origin,
        slot: &LentSlot<B>,
    ) -> Result<Self::At<'a>, LiftError> {
        // SAFETY: the contract of this function.
        let object = unsafe { lift_parameter::<B>(wire, origin, true, slot) }?;
        // SAFETY: lowered from a `D`, and borrowed exclusively for `'a`.
        Ok(unsafe { recast::<*mut B, &'a mut D::At<'a>>(object) })
    }
}
