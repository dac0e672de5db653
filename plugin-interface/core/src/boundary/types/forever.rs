//! `&'static str`, `&'static [T]` and `Cow<'static, T>`, as their receiver
//! reads them.
//!
//! The sender passes what it passes for any lifetime. The receiver cannot
//! borrow it for `'static`, since the library of the sender may be unloaded. It
//! reads a [`Static`] or a [`StaticCow`] instead, which the macros write where
//! the type of the author names `'static`. Its wire and its shape are the same.
#![expect(unsafe_code, reason = "implementations of FfiSafe guarantee layouts")]

use core::fmt;
use std::borrow::Cow;

use crate::abi::{RawBuffer, RawSlice};
use crate::boundary::types::elements::content_of;
use crate::boundary::types::slice::borrow;
use crate::boundary::{
    ByCopy, ByPointer, ByRef, Content, FfiSafe, LiftError, Origin, Plain, Shape, interner,
    returned_as_wire,
};

/// A `&'static T`, of which the receiver has a copy that is never freed.
#[doc(hidden)]
#[derive(Debug)]
pub struct Static<T: ?Sized + 'static>(pub &'static T);

impl<T: ?Sized> Clone for Static<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: ?Sized> Copy for Static<T> {}

/// A `Cow<'static, T>`, which the receiver owns.
#[doc(hidden)]
#[derive(Clone)]
pub struct StaticCow<T: ?Sized + ToOwned + 'static>(pub Cow<'static, T>);

impl<T: ?Sized + ToOwned + fmt::Debug> fmt::Debug for StaticCow<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("StaticCow").field(&&*self.0).finish()
    }
}

// SAFETY: the wire of `&str`; the lifted text is never freed.
unsafe impl FfiSafe for Static<str> {
    type Wire = RawSlice;
    type At<'a> = &'static str;
    type ByRef = ByCopy;
    const SHAPE: &'static Shape = <&str>::SHAPE;

    #[inline]
    fn lower(self) -> RawSlice {
        self.0.lower()
    }

    #[inline]
    unsafe fn lift<'a>(wire: RawSlice, origin: Origin) -> Result<Self::At<'a>, LiftError> {
        // SAFETY: the contract of this function.
        unsafe { <&str>::lift(wire, origin.beside_arguments()) }.and_then(interner::text)
    }

    #[inline]
    unsafe fn content(wire: RawSlice, content: &mut Content) {
        // SAFETY: the contract of this function, for bytes.
        unsafe { content_of::<u8>(wire.ptr, wire.len, content) }
    }

    returned_as_wire!();
}

/// The elements of a `'static` slice.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "a `'static` slice of `{Self}` cannot be passed between a host and a plugin",
    label = "all threads share the receiver's copy, which is never freed",
    note = "the elements must own their data, or borrow it for `'static`, and be `Send` and `Sync`: use `Arc` instead of `Rc`; or pass a `Vec`"
)]
pub trait SharedForEver: Send + Sync + 'static {}

#[diagnostic::do_not_recommend]
impl<T: Send + Sync + 'static> SharedForEver for T {}

/// A type that is received as an `R`, at any lifetime: it owns its data, or
/// borrows it for `'static`.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "a `'static` slice of `{Self}` cannot be passed between a host and a plugin",
    label = "all threads share the receiver's copy, which is never freed",
    note = "the elements must own their data, or borrow it for `'static`, and be `Send` and `Sync`: use `Arc` instead of `Rc`; or pass a `Vec`"
)]
pub trait Distinct<R>: FfiSafe<ByRef: ReadSlice<Self>> + 'static {
    /// # Safety
    ///
    /// As for [`FfiSafe::lift`].
    #[doc(hidden)]
    unsafe fn intern(wire: WireOfSlice<Self>, origin: Origin) -> Result<&'static [R], LiftError>;
}

type WireOfSlice<T> = <<T as FfiSafe>::ByRef as ReadSlice<T>>::Wire;

impl<T, R> Distinct<R> for T
where
    T: for<'a> FfiSafe<At<'a> = R, ByRef: ReadSlice<T>> + 'static,
    R: SharedForEver,
{
    unsafe fn intern(wire: WireOfSlice<T>, origin: Origin) -> Result<&'static [R], LiftError> {
        const {
            assert!(
                !Shape::Ref(T::SHAPE).refers_to_object(),
                "a `'static` slice cannot have objects in it, because its receiver cannot compare them: pass a `Vec`"
            );
        }
        let mut content = Content::default();
        // SAFETY: the contract of this function; the elements have one type at
        // any lifetime, so they borrow nothing that ends.
        let elements = unsafe {
            <T::ByRef as ReadSlice<T>>::content(wire, &mut content);
            <T::ByRef as ReadSlice<T>>::read(wire, origin)
        }?;
        interner::slice(content.finish()?, elements)
    }
}

/// The two ways to pass a slice, and to read its elements as owned values.
///
/// # Safety
///
/// `read` returns what `lower` took.
#[doc(hidden)]
pub unsafe trait ReadSlice<T: FfiSafe + 'static>: ByRef {
    type Wire: Copy;
    const SHAPE: &'static Shape;

    fn lower(slice: &'static [T]) -> Self::Wire;

    /// # Safety
    ///
    /// As for [`FfiSafe::lift`].
    unsafe fn read<'a>(wire: Self::Wire, origin: Origin) -> Result<Vec<T::At<'a>>, LiftError>;

    /// # Safety
    ///
    /// As for [`FfiSafe::content`].
    unsafe fn content(wire: Self::Wire, content: &mut Content);
}

// SAFETY: the slice is borrowed, and copied.
unsafe impl<T> ReadSlice<T> for ByPointer
where
    T: Plain,
    &'static [T]: FfiSafe<Wire = RawSlice>,
    for<'a> T::At<'a>: Clone,
{
    type Wire = RawSlice;
    const SHAPE: &'static Shape = <&'static [T]>::SHAPE;

    #[inline]
    fn lower(slice: &'static [T]) -> RawSlice {
        slice.lower()
    }

    unsafe fn read<'a>(wire: RawSlice, origin: Origin) -> Result<Vec<T::At<'a>>, LiftError> {
        // SAFETY: the contract of this function; plain types are `Self` at 'a.
        unsafe { borrow::<T, T::At<'a>>(wire, origin) }.map(<[_]>::to_vec)
    }

    unsafe fn content(wire: RawSlice, content: &mut Content) {
        // SAFETY: the contract of this function, for each element.
        unsafe { content_of::<T>(wire.ptr, wire.len, content) }
    }
}

// SAFETY: a vector is passed.
unsafe impl<T> ReadSlice<T> for ByCopy
where
    T: FfiSafe + 'static,
    &'static [T]: FfiSafe<Wire = RawBuffer>,
{
    type Wire = RawBuffer;
    const SHAPE: &'static Shape = <&'static [T]>::SHAPE;

    #[inline]
    fn lower(slice: &'static [T]) -> RawBuffer {
        slice.lower()
    }

    unsafe fn read<'a>(wire: RawBuffer, origin: Origin) -> Result<Vec<T::At<'a>>, LiftError> {
        // SAFETY: the contract of this function.
        unsafe { Vec::<T>::lift(wire, origin) }
    }

    unsafe fn content(wire: RawBuffer, content: &mut Content) {
        // SAFETY: the contract of this function, for each element.
        unsafe { content_of::<T>(wire.ptr, wire.len, content) }
    }
}

// SAFETY: the wire of `&[T]`; the lifted slice is never freed.
unsafe impl<T> FfiSafe for Static<[T]>
where
    T: FfiSafe + Distinct<<T as FfiSafe>::At<'static>>,
{
    type Wire = WireOfSlice<T>;
    type At<'a> = &'static [T::At<'static>];
    type ByRef = ByCopy;
    const SHAPE: &'static Shape = <T::ByRef as ReadSlice<T>>::SHAPE;

    #[inline]
    fn lower(self) -> Self::Wire {
        <T::ByRef as ReadSlice<T>>::lower(self.0)
    }

    unsafe fn lift<'a>(wire: Self::Wire, origin: Origin) -> Result<Self::At<'a>, LiftError> {
        // SAFETY: the contract of this function.
        unsafe { T::intern(wire, origin.beside_arguments()) }
    }

    unsafe fn content(wire: Self::Wire, content: &mut Content) {
        // SAFETY: the contract of this function.
        unsafe { <T::ByRef as ReadSlice<T>>::content(wire, content) }
    }

    returned_as_wire!();
}

/// Implements `FfiSafe` for a `Cow` whose receiver owns it.
macro_rules! static_cow {
    ([$($generics:tt)*] $of:ty, of $element:ty) => {
        // SAFETY: the wire of the `Cow`; the lifted value owns its data.
        unsafe impl<$($generics)*> FfiSafe for StaticCow<$of> {
            type Wire = RawBuffer;
            type At<'a> = Cow<'static, $of>;
            type ByRef = ByCopy;
            const SHAPE: &'static Shape = <Cow<'static, $of>>::SHAPE;

            #[inline]
            fn lower(self) -> RawBuffer {
                self.0.lower()
            }

            #[inline]
            unsafe fn lift<'a>(wire: RawBuffer, origin: Origin) -> Result<Self::At<'a>, LiftError> {
                // SAFETY: the contract of this function.
                let cow = unsafe { <Cow<'_, $of>>::lift(wire, origin) }?;
                Ok(Cow::Owned(cow.into_owned()))
            }

            #[inline]
            unsafe fn content(wire: RawBuffer, content: &mut Content) {
                // SAFETY: the contract of this function: a vector of these, or a
                // slice.
                unsafe { content_of::<$element>(wire.ptr, wire.len, content) }
            }

            returned_as_wire!();
        }
    };
}

static_cow!([] str, of u8);
static_cow!([T: Plain] [T], of T);
