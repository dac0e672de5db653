//! `&mut T` and `&mut [T]` of types that own memory: a copy goes in, and comes back
//! out.
//!
//! The caller lowers a clone into a slot of its own, and passes the address of
//! the slot. The callee takes the clone out of it and stores it in the
//! `CallScope`, from which the method borrows it. When the method has returned,
//! the callee puts it back into the slot. When the whole call has succeeded, the
//! caller replaces its value.
//!
//! So the value changes if the call returns, and stays as it was if it panics.
//! A slot is an `Option`: whoever finds a value in it owns it.
#![expect(unsafe_code, reason = "copies are borrowed from the scope of the call")]

use core::ffi::c_void;
use core::mem::{self, MaybeUninit};
use core::ptr::NonNull;

use crate::abi::RawOption;
use crate::boundary::caller_scope::Lent;
use crate::boundary::{
    ByCopy, CallerScope, ConvertPointer, FfiOwned, FfiSafe, LiftError, NeedsScope, Origin, Shape,
};

/// A type of which a `&mut` is passed as a copy that comes back.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`&mut {Self}` cannot be passed between a host and a plugin",
    label = "a copy goes in and comes back, so this must be `Clone` and own its data",
    note = "a struct with a lifetime is lent field by field if all its fields are references; for others, make the fields that change parameters of their own",
    note = "derive `Clone` for it; or make a trait of its methods an interface with `#[plugin_interface]`, and take `&mut dyn Trait`"
)]
pub trait PassedInOut: FfiOwned + Clone {}

#[diagnostic::do_not_recommend]
impl<T: FfiOwned + Clone> PassedInOut for T {}

// SAFETY: the slot holds a value of `T`, which the scope of the caller owns. The
// shape differs from that of a `&mut` that is passed by pointer: an `Option` is
// not plain.
unsafe impl<'r, T: PassedInOut> ConvertPointer<&'r mut T> for ByCopy {
    type Wire = *mut c_void;
    type At<'a> = &'a mut T;
    type Slot = ();
    const SHAPE: &'static Shape = &Shape::RefMut(&Shape::Apply("Option", &[T::SHAPE]));
    const NEEDS_SCOPE: NeedsScope = NeedsScope::Always;

    fn lower(_: &'r mut T) -> *mut c_void {
        const {
            // In terms of `T`, so that it is evaluated for a use only.
            assert!(
                size_of::<T>() == usize::MAX,
                "a `&mut` to a type that owns memory must be a parameter of its own, so that the value can come back: take it beside the others, or take and return the value"
            );
        }
        unreachable!()
    }

    fn lower_argument(value: &'r mut T, scope: &CallerScope) -> *mut c_void {
        lend(value.clone(), value, scope)
    }

    unsafe fn lift<'a>(slot: *mut c_void, origin: Origin) -> Result<&'a mut T, LiftError> {
        // SAFETY: the contract of this function.
        unsafe { lift_slot(slot, origin) }
    }
}

// SAFETY: as above, with a vector. Its shape is that of no `&mut` to a type of its own,
// whose length may change.
unsafe impl<'r, T: PassedInOut> ConvertPointer<&'r mut [T]> for ByCopy {
    type Wire = *mut c_void;
    type At<'a> = &'a mut [T];
    type Slot = ();
    const SHAPE: &'static Shape =
        &Shape::RefMut(&Shape::Apply("Option", &[&Shape::Slice(T::SHAPE)]));
    const NEEDS_SCOPE: NeedsScope = NeedsScope::Always;

    fn lower(_: &'r mut [T]) -> *mut c_void {
        const {
            // In terms of `T`, so that it is evaluated for a use only.
            assert!(
                size_of::<T>() == usize::MAX,
                "a `&mut` to a slice of a type that owns memory must be a parameter of its own, so that the values can come back: take it beside the others, or take and return a `Vec`"
            );
        }
        unreachable!()
    }

    fn lower_argument(values: &'r mut [T], scope: &CallerScope) -> *mut c_void {
        lend(values.to_vec(), values, scope)
    }

    unsafe fn lift<'a>(slot: *mut c_void, origin: Origin) -> Result<&'a mut [T], LiftError> {
        // SAFETY: the contract of this function.
        unsafe { lift_slot::<Vec<T>>(slot, origin) }.map(Vec::as_mut_slice)
    }
}

/// A value of the caller, of which a `T` goes in and comes back.
trait Replaced<T> {
    /// Returns `true` if what came back can replace the value.
    fn fits(value: *const Self, returned: &T) -> bool;

    fn replace(&mut self, returned: &mut T);
}

impl<T> Replaced<T> for T {
    fn fits(_: *const T, _: &T) -> bool {
        true
    }

    fn replace(&mut self, returned: &mut T) {
        mem::swap(self, returned);
    }
}

impl<T> Replaced<Vec<T>> for [T] {
    /// Code in C may return another number of elements.
    fn fits(slice: *const [T], returned: &Vec<T>) -> bool {
        slice.len() == returned.len()
    }

    fn replace(&mut self, returned: &mut Vec<T>) {
        self.swap_with_slice(returned);
    }
}

/// Lends a copy of a value.
fn lend<T: FfiOwned, V: Replaced<T> + ?Sized + 'static>(
    copy: T,
    value: *mut V,
    scope: &CallerScope,
) -> *mut c_void {
    let slot = RawOption { some: 1, value: MaybeUninit::new(copy.lower()) };
    let lent = scope.lend(|before, origin| LentValue::<T, V> {
        before,
        origin,
        slot,
        value,
        returned: None,
    });
    // SAFETY: stored in the scope, which outlives the call.
    unsafe { (&raw mut (*lent.as_ptr()).slot).cast() }
}

/// Takes the copy out of its slot, until the method has returned.
///
/// # Safety
///
/// As for [`FfiSafe::lift`]: the slot of a `T`, which is lent for the call.
unsafe fn lift_slot<'a, T: FfiOwned>(
    slot: *mut c_void,
    origin: Origin,
) -> Result<&'a mut T, LiftError> {
    // Without a scope the value stays in the slot, whose owner drops it.
    let scope = origin.call_scope().ok_or(LiftError::Borrowed)?;
    let slot = NonNull::new(slot.cast::<RawOption<T::Wire>>()).ok_or(LiftError::Null)?;
    if origin.is_foreign() && !slot.is_aligned() {
        return Err(LiftError::Alignment(slot.addr().get()));
    }
    // SAFETY: the contract of this function.
    let value = unsafe { T::lift(take(slot)?, origin) }?;
    let put_back = move |value: T| {
        let wire = value.lower();
        // SAFETY: as above; the call has not returned yet.
        unsafe { slot.write(RawOption { some: 1, value: MaybeUninit::new(wire) }) };
    };
    // SAFETY: a local variable of the call whose arguments are being lifted.
    Ok(unsafe { &mut *(*scope).store_lent(value, put_back) })
}

/// Takes the value out of a slot.
///
/// # Safety
///
/// The slot is lent, and nothing else uses it.
unsafe fn take<W: Copy>(mut slot: NonNull<RawOption<W>>) -> Result<W, LiftError> {
    // SAFETY: the contract of this function.
    let slot = unsafe { slot.as_mut() };
    match mem::take(&mut slot.some) {
        0 => Err(LiftError::Missing),
        // SAFETY: the tag is 1, so the value is initialised.
        1 => Ok(unsafe { slot.value.assume_init() }),
        other => Err(LiftError::Tag(other)),
    }
}

/// A value of the caller, and the slot with its copy.
struct LentValue<T: FfiSafe, V: ?Sized> {
    before: Option<NonNull<dyn Lent>>,
    origin: Origin,
    slot: RawOption<T::Wire>,
    value: *mut V,
    returned: Option<T>,
}

impl<T: FfiOwned, V: ?Sized> LentValue<T, V> {
    fn take(&mut self) -> Result<T, LiftError> {
        // SAFETY: the slot holds what the caller lowered or what the callee put
        // back, and is lifted once.
        unsafe { T::lift(take(NonNull::from(&mut self.slot))?, self.origin) }
    }
}

// SAFETY: only `commit` uses the value, and it was lent.
unsafe impl<T: FfiOwned, V: Replaced<T> + ?Sized> Lent for LentValue<T, V> {
    fn before(&self) -> Option<NonNull<dyn Lent>> {
        self.before
    }

    fn take_back(&mut self) -> Result<(), LiftError> {
        let returned = self.take()?;
        if !V::fits(self.value, &returned) {
            return Err(LiftError::Refused("a slice came back with another length"));
        }
        self.returned = Some(returned);
        Ok(())
    }

    unsafe fn commit(&mut self) {
        if let Some(returned) = &mut self.returned {
            // SAFETY: the contract of this function. The old value is dropped
            // with `self`.
            unsafe { &mut *self.value }.replace(returned);
        }
    }
}

/// Drops the copy if the callee left it in the slot.
impl<T: FfiSafe, V: ?Sized> Drop for LentValue<T, V> {
    fn drop(&mut self) {
        // SAFETY: as in `take`.
        let left = unsafe { take(NonNull::from(&mut self.slot)) };
        if let Ok(wire) = left {
            // SAFETY: as above, lifted once.
            drop(unsafe { T::lift(wire, self.origin) });
        }
    }
}

#[cfg(test)]
mod tests {
    use core::ptr;

    use super::*;
    use crate::boundary::call_scope::CallScope;

    /// Lifts a slot as an argument that code in C passes, and takes its text.
    fn lift(slot: *mut c_void) -> Result<String, LiftError> {
        let scope = CallScope::new();
        // SAFETY: a slot of a `String` that lives across the call, or none.
        let lifted = unsafe {
            <ByCopy as ConvertPointer<&mut String>>::lift(slot, Origin::Foreign.in_call(&scope))
        };
        let taken = lifted.map(mem::take);
        // SAFETY: nothing borrows the text any more.
        unsafe { scope.give_all_back() };
        taken
    }

    #[test]
    fn a_slot_of_code_in_c_must_be_aligned() {
        let mut slots = [RawOption { some: 1, value: MaybeUninit::new("la".to_owned().lower()) }];
        let slot: *mut c_void = slots.as_mut_ptr().cast();
        let crooked = slot.wrapping_byte_add(1);
        assert_eq!(lift(crooked), Err(LiftError::Alignment(crooked.addr())));
        assert_eq!(lift(ptr::null_mut()), Err(LiftError::Null));
        assert_eq!(lift(slot), Ok("la".to_owned()));
        // What the call has changed is in the slot again.
        // SAFETY: a slot that is not used by others.
        let left = unsafe { take(NonNull::from(&mut slots[0])) }.unwrap();
        // SAFETY: lowered when it was given back.
        assert_eq!(unsafe { String::lift(left, Origin::Rust) }, Ok(String::new()));
    }
}
