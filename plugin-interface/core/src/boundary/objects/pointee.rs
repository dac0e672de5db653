//! The targets of `Box`, `Arc`, `&` and `&mut`: values or objects.
#![expect(unsafe_code, reason = "implementations of FfiSafe guarantee layouts")]

use core::marker::PhantomData;
use core::mem::{ManuallyDrop, transmute_copy};
use std::sync::Arc;

use crate::boundary::{
    ByCopy, CallerScope, Content, FfiSafe, LiftError, NeedsScope, Origin, PassedBy, Shape,
    returned_as_wire,
};

/// A target of pointers: any sized type, and `dyn Trait` of interfaces,
/// closures, iterators and futures.
///
/// # Safety
///
/// If `Kind` is [`DynPointee<B>`](DynPointee), then `Self` is `B` with another
/// lifetime and with the auto traits in `MARKERS`, and `At<'a>` is `Self` at
/// `'a`. `Threads` states whether `Self` is `Send` and `Sync`.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be passed between a host and a plugin",
    label = "this is not an FFI-safe object",
    note = "add `#[plugin_interface]` to the trait; or pass a closure, such as `Box<dyn Fn(A) -> R + Send>`, an iterator or a future",
    note = "up to three arguments of a closure are references, as in `Box<dyn Fn(&str, &T)>`, and owned ones beside a reference are one; other arguments, and results of closures, items of iterators and values of futures must own their data: `Box<dyn Fn(Option<String>)>` instead of `Box<dyn Fn(Option<&str>)>`, `Item = String` instead of `Item = &str`, `BoxFuture<'_, Vec<T>>` instead of `BoxFuture<'_, &[T]>`"
)]
pub unsafe trait Pointee {
    type Kind;
    type Threads: Marked;
    type At<'a>: ?Sized + 'a;
    const MARKERS: &'static str = <Self::Threads as Marked>::MARKERS;
}

/// The kind of a sized type.
#[doc(hidden)]
#[derive(Debug)]
pub enum SizedPointee {}

/// The kind of `dyn Trait`, which is `B` without its auto traits.
#[doc(hidden)]
#[derive(Debug)]
pub struct DynPointee<B: ?Sized>(PhantomData<B>);

/// The threads of an object: its type is `Send`, and it is `Sync`.
#[doc(hidden)]
#[derive(Debug)]
pub enum Threads<const SEND: bool, const SYNC: bool> {}

/// The auto traits that a type without supertraits is written with.
#[doc(hidden)]
pub trait Marked {
    const MARKERS: &'static str = "";
}

impl Marked for () {}

impl<const SEND: bool, const SYNC: bool> Marked for Threads<SEND, SYNC> {
    const MARKERS: &'static str = match (SEND, SYNC) {
        (true, true) => " + Send + Sync",
        (true, false) => " + Send",
        (false, true) => " + Sync",
        (false, false) => "",
    };
}

/// The threads of objects of type `D` that may be in an `Arc`.
///
/// Each library counts its own owners of an object, so `Arc::get_mut` succeeds
/// in one although another has owners. The `&mut D` must not lead to another
/// thread then, unless all threads may use the object anyway.
///
/// # Safety
///
/// `D` is `Sync`, or it is not `Send`.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`Arc<{D}>` cannot be passed between a host and a plugin, because its target is `Send` and not `Sync`",
    label = "this type is not FFI-safe",
    note = "each library counts only its own owners of an `Arc`, so `Arc::get_mut` could send the object to one thread while another thread uses it",
    note = "pass a `Box`; or let the target be `Sync` too: `trait Trait: Send + Sync`, `Arc<dyn Fn() + Send + Sync>`; or remove its `Send`"
)]
pub unsafe trait InArc<D: ?Sized> {}

// SAFETY: not `Send`.
unsafe impl<D: ?Sized, const SYNC: bool> InArc<D> for Threads<false, SYNC> {}
// SAFETY: `Sync`.
unsafe impl<D: ?Sized> InArc<D> for Threads<true, true> {}

// SAFETY: `Kind` is not a `DynPointee`.
unsafe impl<T> Pointee for T {
    type Kind = SizedPointee;
    type Threads = ();
    type At<'a> = ();
}

/// The conversion of pointers of type `P` to targets of this kind.
///
/// # Safety
///
/// As for [`FfiSafe`] of `P`.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{P}` cannot be passed between a host and a plugin",
    label = "this type is not FFI-safe",
    note = "an `Arc` is passed if its target is `dyn Trait` of a trait under `#[plugin_interface]`, or an FFI-safe value that is `Clone`"
)]
pub unsafe trait ConvertPointer<P> {
    type Wire: Copy;
    type At<'a>;
    type Slot: Default + PassedBy<Self::Wire>;
    const SHAPE: &'static Shape;
    const NEEDS_SCOPE: NeedsScope = NeedsScope::Never;

    fn lower(pointer: P) -> Self::Wire;

    #[inline]
    fn lower_argument(pointer: P, scope: &CallerScope) -> Self::Wire {
        let _ = scope;
        Self::lower(pointer)
    }

    /// # Safety
    ///
    /// As for [`FfiSafe::lift`].
    unsafe fn lift<'a>(wire: Self::Wire, origin: Origin) -> Result<Self::At<'a>, LiftError>;

    /// # Safety
    ///
    /// As for [`FfiSafe::lift_in`].
    #[inline(always)]
    unsafe fn lift_in<'a>(
        wire: &Self::Wire,
        origin: Origin,
        slot: &Self::Slot,
    ) -> Result<Self::At<'a>, LiftError> {
        let _ = slot;
        // SAFETY: the contract of this function.
        unsafe { Self::lift(*wire, origin) }
    }

    /// # Safety
    ///
    /// As for [`FfiSafe::content`].
    #[inline]
    unsafe fn content(wire: Self::Wire, content: &mut Content) {
        let _ = wire;
        content.opaque();
    }
}

macro_rules! by_kind {
    ($(impl [$($lifetime:lifetime)?] $pointer:ty;)*) => {$(
        // SAFETY: the contract of `ConvertPointer`.
        unsafe impl<$($lifetime,)? T: Pointee<Kind: ConvertPointer<$pointer>> + ?Sized> FfiSafe
            for $pointer
        {
            type Wire = <T::Kind as ConvertPointer<$pointer>>::Wire;
            type At<'a> = <T::Kind as ConvertPointer<$pointer>>::At<'a>;
            type ByRef = ByCopy;
            type Slot = <T::Kind as ConvertPointer<$pointer>>::Slot;
            type Passed = <Self::Slot as PassedBy<Self::Wire>>::Passed;
            const SHAPE: &'static Shape = <T::Kind as ConvertPointer<$pointer>>::SHAPE;
            const NEEDS_SCOPE: NeedsScope = <T::Kind as ConvertPointer<$pointer>>::NEEDS_SCOPE;

            #[inline]
            fn lower(self) -> Self::Wire {
                <T::Kind as ConvertPointer<$pointer>>::lower(self)
            }

            #[inline]
            fn lower_argument(self, scope: &CallerScope) -> Self::Wire {
                <T::Kind as ConvertPointer<$pointer>>::lower_argument(self, scope)
            }

            #[inline]
            unsafe fn lift<'a>(
                wire: Self::Wire,
                origin: Origin,
            ) -> Result<Self::At<'a>, LiftError> {
                // SAFETY: the contract of this function.
                unsafe { <T::Kind as ConvertPointer<$pointer>>::lift(wire, origin) }
            }

            #[inline(always)]
            unsafe fn lift_in<'a>(
                wire: &Self::Wire,
                origin: Origin,
                slot: &Self::Slot,
            ) -> Result<Self::At<'a>, LiftError> {
                // SAFETY: the contract of this function.
                unsafe { <T::Kind as ConvertPointer<$pointer>>::lift_in(wire, origin, slot) }
            }

            #[inline]
            unsafe fn content(wire: Self::Wire, content: &mut Content) {
                // SAFETY: the contract of this function.
                unsafe { <T::Kind as ConvertPointer<$pointer>>::content(wire, content) }
            }

            returned_as_wire!(own_slot);
        }
    )*};
}

by_kind! {
    impl [] Box<T>;
    impl [] Arc<T>;
    impl ['r] &'r T;
    impl ['r] &'r mut T;
}

/// Converts a pointer to one whose target differs in lifetimes and auto traits
/// only.
///
/// # Safety
///
/// The target differs in nothing else, and it has those of the result.
#[inline]
pub(super) unsafe fn recast<P, Q>(pointer: P) -> Q {
    const { assert!(size_of::<P>() == size_of::<Q>(), "as many words") };
    // SAFETY: both have the same size and layout, since lifetimes and auto
    // traits are no part of a pointer.
    unsafe { transmute_copy(&ManuallyDrop::new(pointer)) }
}
