//! Where an instance lies, behind the one pointer that a vtable's functions take.
#![expect(unsafe_code, reason = "instances are reached by pointers")]

use core::ffi::c_void;
use std::sync::Arc;

use crate::abi::Opaque;

/// A place that holds a `T`, or leads to it.
///
/// # Safety
///
/// The functions lead to the one `T` of that place, for as long as it stands.
#[doc(hidden)]
pub unsafe trait InstanceStorage<T: ?Sized>: Sized {
    /// Gives another owner of the same `T`, where a place is one of several.
    const SHARE: Option<unsafe extern "C" fn(*mut Opaque) -> *mut Opaque> = None;

    /// # Safety
    ///
    /// `this` leads to a `Self` that stands for `'a`, and nobody has the `T`
    /// exclusively meanwhile.
    unsafe fn shared<'a>(this: *mut Opaque) -> &'a T;

    /// # Panics
    ///
    /// If others may share the `T`.
    ///
    /// # Safety
    ///
    /// `this` leads to a `Self` that stands for `'a`, and nobody else uses it
    /// meanwhile.
    unsafe fn exclusive<'a>(this: *mut Opaque) -> &'a mut T;
}

// SAFETY: the `T` itself.
unsafe impl<T> InstanceStorage<T> for T {
    #[inline]
    unsafe fn shared<'a>(this: *mut Opaque) -> &'a T {
        // SAFETY: the contract of this function.
        unsafe { &*this.cast::<T>() }
    }

    #[inline]
    unsafe fn exclusive<'a>(this: *mut Opaque) -> &'a mut T {
        // SAFETY: the contract of this function.
        unsafe { &mut *this.cast::<T>() }
    }
}

// SAFETY: what is in the box.
unsafe impl<T: ?Sized> InstanceStorage<T> for Box<T> {
    #[inline]
    unsafe fn shared<'a>(this: *mut Opaque) -> &'a T {
        // SAFETY: the contract of this function.
        unsafe { &*this.cast::<Box<T>>() }
    }

    #[inline]
    unsafe fn exclusive<'a>(this: *mut Opaque) -> &'a mut T {
        // SAFETY: the contract of this function.
        unsafe { &mut *this.cast::<Box<T>>() }
    }
}

// SAFETY: what this owner shares with others.
unsafe impl<T: ?Sized> InstanceStorage<T> for Arc<T> {
    const SHARE: Option<unsafe extern "C" fn(*mut Opaque) -> *mut Opaque> = Some(share::<T>);

    #[inline]
    unsafe fn shared<'a>(this: *mut Opaque) -> &'a T {
        // SAFETY: the contract of this function.
        unsafe { &*this.cast::<Arc<T>>() }
    }

    /// There may be owners that the caller does not know of, who found that it
    /// has the only one: `Arc::get_mut` counts those of one side.
    #[cold]
    unsafe fn exclusive<'a>(_: *mut Opaque) -> &'a mut T {
        panic!(
            "an object in an `Arc` of another library cannot be borrowed exclusively, because not all of its owners are known here: let the method take `&self`, or pass the object in a `Box`"
        )
    }
}

unsafe extern "C" fn share<T: ?Sized>(this: *mut Opaque) -> *mut Opaque {
    // SAFETY: called by an owner of an object whose place is an `Arc`.
    let owner = unsafe { &*this.cast::<Arc<T>>() };
    Box::into_raw(Box::new(Arc::clone(owner))).cast()
}

/// What somebody lends: `&T`, or `&mut T`.
#[doc(hidden)]
#[repr(transparent)]
#[derive(Debug)]
pub struct Borrowed<T: ?Sized>(pub(crate) *mut T);

// SAFETY: what the reference leads to. Only what was lent by `&mut` is called
// with `&mut self`.
unsafe impl<T: ?Sized> InstanceStorage<T> for Borrowed<T> {
    #[inline]
    unsafe fn shared<'a>(this: *mut Opaque) -> &'a T {
        // SAFETY: the contract of this function.
        unsafe { &*(*this.cast::<Borrowed<T>>()).0 }
    }

    #[inline]
    unsafe fn exclusive<'a>(this: *mut Opaque) -> &'a mut T {
        // SAFETY: the contract of this function.
        unsafe { &mut *(*this.cast::<Borrowed<T>>()).0 }
    }
}

/// A reference to something of which the size is not known is two words.
pub(crate) type Words = [*mut c_void; 2];
