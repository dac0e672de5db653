//! The storage of an instance, to which the first argument of a vtable's
//! functions points.
#![expect(unsafe_code, reason = "instances are reached by pointers")]

use core::ffi::c_void;
use std::sync::Arc;

use crate::abi::Opaque;
use crate::boundary::Origin;

/// A type that holds a `T`, or refers to it.
///
/// # Safety
///
/// The functions return the one `T` of the storage, as long as the storage
/// lives. With a `CALLER` of Rust, only code that the macros generated calls a
/// vtable of this storage.
#[doc(hidden)]
pub unsafe trait InstanceStorage<T: ?Sized>: Sized {
    /// The origin of the arguments of a call.
    const CALLER: Origin = Origin::Rust;
    /// Creates another owner of the same `T`, if it may have several.
    const SHARE: Option<unsafe extern "C" fn(*mut Opaque) -> *mut Opaque> = None;

    /// Borrows the `T`, shared.
    ///
    /// # Safety
    ///
    /// `this` points to a `Self` that lives for `'a`, and nothing borrows the
    /// `T` exclusively meanwhile.
    unsafe fn shared<'a>(this: *mut Opaque) -> &'a T;

    /// Borrows the `T`, exclusively.
    ///
    /// # Panics
    ///
    /// If the `T` may have other owners.
    ///
    /// # Safety
    ///
    /// `this` points to a `Self` that lives for `'a`, and nothing else uses it
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

// SAFETY: the `T` in the box.
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

// SAFETY: the `T` that this owner shares with others.
unsafe impl<T: ?Sized> InstanceStorage<T> for Arc<T> {
    const SHARE: Option<unsafe extern "C" fn(*mut Opaque) -> *mut Opaque> = Some(share::<T>);

    #[inline]
    unsafe fn shared<'a>(this: *mut Opaque) -> &'a T {
        // SAFETY: the contract of this function.
        unsafe { &*this.cast::<Arc<T>>() }
    }

    /// Panics, since other libraries may have owners too. `Arc::get_mut` of the
    /// caller counts only those of its own library.
    #[cold]
    unsafe fn exclusive<'a>(_: *mut Opaque) -> &'a mut T {
        panic!(
            "an object in an `Arc` of another library cannot be borrowed exclusively, because not all of its owners are known here: let the method take `&self`, or pass the object in a `Box`"
        )
    }
}

unsafe extern "C" fn share<T: ?Sized>(this: *mut Opaque) -> *mut Opaque {
    // SAFETY: an owner of an object in an `Arc` calls this.
    let owner = unsafe { &*this.cast::<Arc<T>>() };
    Box::into_raw(Box::new(Arc::clone(owner))).cast()
}

/// A borrowed `T`: `&T` or `&mut T`.
#[doc(hidden)]
#[repr(transparent)]
#[derive(Debug)]
pub struct Borrowed<T: ?Sized>(pub(crate) *mut T);

// SAFETY: the target of the reference. Only a `T` that is borrowed as `&mut` is
// called with `&mut self`.
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

/// A storage of type `P`, as code sees it whose types no Rust compiler checked.
/// Its vtable validates arguments.
#[doc(hidden)]
#[repr(transparent)]
#[derive(Debug)]
pub struct CalledFromC<P>(P);

/// Implements the storage for one kind of `P`. One impl for all would overlap
/// with that of a `T` itself.
macro_rules! called_from_c {
    ($($storage:ident)*) => {$(
        // SAFETY: a `CalledFromC` has the layout of what it contains.
        unsafe impl<T: ?Sized> InstanceStorage<T> for CalledFromC<$storage<T>> {
            const CALLER: Origin = Origin::Foreign;
            const SHARE: Option<unsafe extern "C" fn(*mut Opaque) -> *mut Opaque> =
                <$storage<T> as InstanceStorage<T>>::SHARE;

            #[inline]
            unsafe fn shared<'a>(this: *mut Opaque) -> &'a T {
                // SAFETY: the contract of this function.
                unsafe { <$storage<T> as InstanceStorage<T>>::shared(this) }
            }

            #[inline]
            unsafe fn exclusive<'a>(this: *mut Opaque) -> &'a mut T {
                // SAFETY: the contract of this function.
                unsafe { <$storage<T> as InstanceStorage<T>>::exclusive(this) }
            }
        }
    )*};
}

called_from_c!(Box Arc Borrowed);

/// A storage from which a method with `self: Box<Self>` takes its instance. A
/// registration is none: the instance stays in its library.
///
/// # Safety
///
/// `take` follows its contract.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{T}` cannot be a plugin of this interface, which has a method with `self: Box<Self>`",
    label = "the instance of a plugin stays in its library",
    note = "let a method of another interface return such objects, as `Box<dyn Trait>`; or let the method take `&mut self`, and be empty afterwards"
)]
pub unsafe trait OwningStorage<T: ?Sized>: InstanceStorage<T> {
    /// Takes the `T` over. If it may have other owners, this owner of it is dropped,
    /// and the result is `None`.
    ///
    /// # Safety
    ///
    /// `this` points to a boxed `Self` that is not used again, or to a `Borrowed`,
    /// which is left as it is.
    unsafe fn take(this: *mut Opaque) -> Option<Box<T>>;
}

// SAFETY: the box alone owns it.
unsafe impl<T: ?Sized> OwningStorage<T> for Box<T> {
    #[inline]
    unsafe fn take(this: *mut Opaque) -> Option<Box<T>> {
        // SAFETY: the contract of this function.
        Some(*unsafe { Box::from_raw(this.cast::<Box<T>>()) })
    }
}

// SAFETY: drops this owner.
unsafe impl<T: ?Sized> OwningStorage<T> for Arc<T> {
    #[cold]
    unsafe fn take(this: *mut Opaque) -> Option<Box<T>> {
        // SAFETY: the contract of this function.
        drop(unsafe { Box::from_raw(this.cast::<Arc<T>>()) });
        None
    }
}

// SAFETY: others own it.
unsafe impl<T: ?Sized> OwningStorage<T> for Borrowed<T> {
    #[cold]
    unsafe fn take(_: *mut Opaque) -> Option<Box<T>> {
        None
    }
}

// SAFETY: a `CalledFromC` has the layout of what it contains.
unsafe impl<T: ?Sized, P: OwningStorage<T>> OwningStorage<T> for CalledFromC<P>
where
    CalledFromC<P>: InstanceStorage<T>,
{
    #[inline]
    unsafe fn take(this: *mut Opaque) -> Option<Box<T>> {
        // SAFETY: the contract of this function.
        unsafe { P::take(this) }
    }
}

/// The two words of a reference to an unsized type.
pub(crate) type Words = [*mut c_void; 2];
