//! The call of a method with `self: Box<Self>`, which consumes its instance.
#![expect(unsafe_code, reason = "takes an object out of its proxy")]

use core::cell::Cell;
use core::mem::ManuallyDrop;

use crate::abi::Opaque;
use crate::interface::Interface;
use crate::object::Object;
use crate::object::call_error::CallError;
use crate::object::remote::Ownership;

/// An object whose instance is consumed by a call.
///
/// It keeps the library loaded until the outcome is read. If nothing consumes the
/// instance, its drop drops that.
#[doc(hidden)]
pub struct LastCall<I: Interface + ?Sized> {
    object: ManuallyDrop<Object<I>>,
    is_consumed: Cell<bool>,
}

impl<I: Interface + ?Sized> LastCall<I> {
    /// Takes the object out of its proxy.
    ///
    /// # Errors
    ///
    /// If the instance has other owners: a library whose registration it is, or the
    /// owners of an `Arc`.
    pub fn of(proxy: Box<I::Proxy>, method: &'static str) -> Result<Self, CallError> {
        // SAFETY: a proxy has the layout of its object, its only field, and its drop
        // does nothing else.
        let object = *unsafe { Box::from_raw(Box::into_raw(proxy).cast::<Object<I>>()) };
        match &object.ownership {
            Ownership::Owned(owned) if owned.table().share.is_none() => {
                let object = ManuallyDrop::new(object);
                Ok(LastCall { object, is_consumed: Cell::new(false) })
            }
            _ => Err(CallError::NotAlone { interface: I::NAME, method }),
        }
    }

    #[inline]
    pub fn object(&self) -> &Object<I> {
        &self.object
    }

    /// Returns the instance, the first argument of the call. The call owns it, also
    /// if it panics.
    ///
    /// # Safety
    ///
    /// It is passed to a function of its vtable that consumes it.
    #[inline]
    pub unsafe fn consume(&self) -> *mut Opaque {
        self.is_consumed.set(true);
        self.object.instance
    }
}

impl<I: Interface + ?Sized> Drop for LastCall<I> {
    fn drop(&mut self) {
        // SAFETY: taken here only.
        let object = unsafe { ManuallyDrop::take(&mut self.object) };
        if self.is_consumed.get() {
            let Object { copies, ownership, .. } = object;
            drop(copies);
            ownership.release_consumed();
        }
    }
}

impl<I: Interface + ?Sized> core::fmt::Debug for LastCall<I> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.object.fmt(f)
    }
}
