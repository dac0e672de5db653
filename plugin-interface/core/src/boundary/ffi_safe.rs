//! The trait of all types that can be passed.
#![expect(unsafe_code, reason = "an implementation vouches for layouts")]

use core::mem::ManuallyDrop;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::abi::Outcome;
use crate::boundary::by_ref::ByRef;
use crate::boundary::call_scope::NeedsScope;
use crate::boundary::lift_error::{LiftError, ReturnError};
use crate::boundary::origin::Origin;
use crate::boundary::shape::Shape;
use crate::runtime::failure;

/// A type that may cross between a host and a plugin.
///
/// Implemented for the types in the [table](crate::boundary), and for a struct or an enum by
/// `#[derive(FfiSafe)]`. The items of the trait are what
/// generated code calls; they are not for use by hand.
///
/// ```
/// fn crosses<T: plugin_interface::FfiSafe>() {}
/// crosses::<Vec<Option<(String, Result<Vec<u8>, String>)>>>();
/// ```
///
/// # Safety
///
/// 1. `Wire` and `Returned` are `#[repr(C)]` or scalars, valid on both sides
///    of any two compilers.
/// 2. `lift(lower(x))` gives back `x`, with every borrow shortened to `'a`, on
///    either side of the boundary, and nothing is freed twice or by the side
///    that did not allocate it.
/// 3. `At<'a>` is `Self` with every lifetime replaced by `'a`; it differs from
///    `Self` in nothing else, so both have one layout.
/// 4. If `ByRef` is `ByPointer`, then `Self`, `At<'_>` and `Wire` have the same size,
///    alignment and bits, and `lower` neither allocates nor moves ownership.
/// 5. Types of equal `SHAPE` have equal `Wire` and `Returned`, and the same
///    values in them: that is what admits a library.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be passed between a host and a plugin",
    label = "this type is not FFI-safe",
    note = "if it is a struct or an enum of yours, add `#[derive(FfiSafe)]` to it",
    note = "FFI-safe are: numbers, text, paths and times; tuples, arrays, `Option`, `Result`, `Box`, `Vec`, maps and sets of FFI-safe types; `&str` and `&Path`; `&[T]` and `&T` if `T` is `Clone`; `&mut [T]` and `&mut T` of plain data; traits under `#[plugin_interface]` as `Box<dyn Trait>`, `Arc<dyn Trait>` and `&dyn Trait`",
    note = "pass the value or a `Box` instead of an `Rc` or an `Arc`, a slice instead of a raw pointer, the value instead of a reference to a type that is not `Clone`, `Box<dyn Error + Send + Sync>` instead of `Box<dyn Error>`; pass other types as their parts, as text or as bytes"
)]
pub unsafe trait FfiSafe: Sized {
    /// How the value lies in memory while it crosses.
    #[doc(hidden)]
    type Wire: Copy;
    /// How the value lies in memory as the whole return of a method.
    #[doc(hidden)]
    type Returned: Copy;
    /// `Self`, with every lifetime replaced by `'a`.
    #[doc(hidden)]
    type At<'a>;
    /// How references to it cross.
    #[doc(hidden)]
    type ByRef: ByRef;
    /// The canonical name of the type.
    #[doc(hidden)]
    const SHAPE: &'static Shape;
    /// Whether `Self` and `Wire` are the same bits.
    #[doc(hidden)]
    const PLAIN: bool = is_plain::<Self>();
    /// Whether something in it is lent for a call, and lies in there. Where this
    /// is `Never` and there is such a thing, the call panics.
    #[doc(hidden)]
    const NEEDS_SCOPE: NeedsScope = NeedsScope::Never;

    /// Gives the value away.
    #[doc(hidden)]
    fn lower(self) -> Self::Wire;

    /// [`lower`](Self::lower), where others are lowered before it is sent.
    #[doc(hidden)]
    #[inline]
    fn lower_guarded(self) -> LoweredGuard<Self> {
        LoweredGuard::new(self)
    }

    /// What was [`lower_guarded`](Self::lower_guarded).
    #[doc(hidden)]
    #[inline]
    fn into_wire(guard: LoweredGuard<Self>) -> Self::Wire {
        guard.into_wire()
    }

    /// Takes the value over.
    ///
    /// # Safety
    ///
    /// 1. `wire` came from `lower` of this very type (`origin` Rust), or obeys
    ///    the documented layout (`origin` foreign), and is lifted once.
    /// 2. What it borrows outlives `'a`.
    #[doc(hidden)]
    unsafe fn lift<'a>(wire: Self::Wire, origin: Origin) -> Result<Self::At<'a>, LiftError>;

    /// Gives the value away as the return of a method.
    #[doc(hidden)]
    fn lower_return(self) -> Outcome<Self::Returned>;

    /// Takes the return of a method over.
    ///
    /// # Safety
    ///
    /// As for `lift`, and the status obeys [`Outcome`].
    #[doc(hidden)]
    unsafe fn lift_return<'a>(
        outcome: Outcome<Self::Returned>,
        origin: Origin,
    ) -> Result<Self::At<'a>, ReturnError>;
}

/// Whether a type lies as its wire: its references say so.
const fn is_plain<T: FfiSafe>() -> bool {
    assert!(
        !<T::ByRef as ByRef>::IS_POINTER
            || size_of::<T>() == size_of::<T::Wire>() && align_of::<T>() == align_of::<T::Wire>(),
        "what is `repr(C)` lies as its wire",
    );
    <T::ByRef as ByRef>::IS_POINTER
}

/// The return of every type but `Result`: null or a failure, then the wire.
macro_rules! returned_as_wire {
    () => {
        type Returned = Self::Wire;

        #[inline]
        fn lower_return(self) -> $crate::abi::Outcome<Self::Wire> {
            $crate::abi::Outcome::ok(self.lower())
        }

        #[inline]
        unsafe fn lift_return<'a>(
            outcome: $crate::abi::Outcome<Self::Wire>,
            origin: $crate::boundary::Origin,
        ) -> Result<Self::At<'a>, $crate::boundary::ReturnError> {
            // SAFETY: the same contract.
            unsafe { $crate::boundary::lift_wire_return::<Self>(outcome, origin) }
        }
    };
}

pub(crate) use returned_as_wire;

/// Takes over the return of a method whose type is no `Result`.
///
/// # Safety
///
/// As for [`FfiSafe::lift_return`].
#[inline]
#[doc(hidden)]
pub unsafe fn lift_wire_return<'a, T: FfiSafe>(
    outcome: Outcome<T::Wire>,
    origin: Origin,
) -> Result<T::At<'a>, ReturnError> {
    if !outcome.status.is_null() {
        // SAFETY: not null, and of this outcome, which is ours.
        return Err(unsafe { ReturnError::from_status(outcome.status) });
    }
    // SAFETY: a null status says that the value is initialised; the rest is
    // this function's own contract.
    unsafe { T::lift(outcome.value.assume_init(), origin) }.map_err(ReturnError::invalid)
}

/// What was lowered, until it is sent. It ends with this if it is not.
#[doc(hidden)]
#[derive(Debug)]
#[repr(transparent)]
pub struct LoweredGuard<T: FfiSafe>(T::Wire);

impl<T: FfiSafe> LoweredGuard<T> {
    #[inline]
    pub fn new(value: T) -> Self {
        LoweredGuard(value.lower())
    }

    /// # Safety
    ///
    /// The wire was lowered from a `T`, and nobody else lifts it.
    #[inline]
    pub(super) unsafe fn from_wire(wire: T::Wire) -> Self {
        LoweredGuard(wire)
    }

    #[inline]
    pub fn into_wire(self) -> T::Wire {
        ManuallyDrop::new(self).0
    }
}

impl<T: FfiSafe> Drop for LoweredGuard<T> {
    #[cold]
    fn drop(&mut self) {
        // SAFETY: lowered from a `T`, and lifted nowhere else.
        let end = || drop(unsafe { T::lift(self.0, Origin::Rust) });
        // A panic in there was reported when it happened.
        if let Err(payload) = catch_unwind(AssertUnwindSafe(end)) {
            failure::discard(payload);
        }
    }
}
