//! The trait of all types that can be passed.
#![expect(unsafe_code, reason = "an implementation guarantees layouts")]

use core::mem::{ManuallyDrop, MaybeUninit};
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::abi::Outcome;
use crate::boundary::by_ref::ByRef;
use crate::boundary::call_scope::NeedsScope;
use crate::boundary::caller_scope::CallerScope;
use crate::boundary::content::Content;
use crate::boundary::lift_error::{LiftError, ReturnError};
use crate::boundary::origin::Origin;
use crate::boundary::passed::PassedWire;
use crate::boundary::shape::Shape;
use crate::runtime::failure;

/// A type that can be passed between a host and a plugin.
///
/// It is implemented for the types in the [table](crate::boundary). Implement
/// it for your structs and enums by `#[derive(FfiSafe)]`. Generated code uses
/// the items of the trait; they are not for direct use.
///
/// ```
/// fn is_ffi_safe<T: plugin_interface::FfiSafe>() {}
/// is_ffi_safe::<Vec<Option<(String, Result<Vec<u8>, String>)>>>();
/// ```
///
/// # Safety
///
/// 1. `Wire` and `Returned` are `#[repr(C)]` or scalars, with one layout in the
///    code of any two compilers.
/// 2. `lift(lower(x))` returns `x`, with every borrow shortened to `'a`,
///    whichever library calls either. Nothing is freed twice, or by a library
///    that did not allocate it.
/// 3. `At<'a>` is `Self` with every lifetime replaced by `'a`. It differs in
///    nothing else, so both have one layout.
/// 4. If `ByRef` is `ByPointer`, then `Self`, `At<'_>` and `Wire` have the same
///    size, alignment and bits, and `lower` neither allocates nor moves
///    ownership. `SAMPLE` is the wire of a value. `PLAIN` is `true`, or does
///    not compile if a type in `Self` has another layout than its wire.
/// 5. Types with equal `SHAPE` have equal `Wire` and `Returned`, with the same
///    values in them. A host relies on that when it loads a library.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be passed between a host and a plugin",
    label = "this type is not FFI-safe",
    note = "if it is a struct or an enum of yours, add `#[derive(FfiSafe)]` to it; if plugins call its methods, make a trait of them under `#[plugin_interface]` and take `&mut dyn Trait`",
    note = "FFI-safe are: numbers, text, paths and times; tuples, arrays, `Option`, `Result`, `Box`, `Vec`, maps and sets of FFI-safe types; `&str` and `&Path`; `&[T]`, `&T` and `&mut T` if `T` is `Clone`; `&mut [T]` of plain data; traits under `#[plugin_interface]` as `Box<dyn Trait>`, `Arc<dyn Trait>` and `&dyn Trait`",
    note = "pass an `Arc<dyn Trait>` of an interface instead of an `Rc<dyn Trait>` or an `Arc<Mutex<T>>`, a slice instead of a raw pointer, the value instead of a reference to a type that is not `Clone`",
    note = "if it is of another crate, and no feature of `plugin-interface` has the name of that crate: write a module that converts it, and `#[ffi(with = module)]` before the field, the parameter or the method that returns it; within an `Option`, write `#[ffi(with = Option<module>)]`"
)]
pub unsafe trait FfiSafe: Sized {
    /// The layout of the value while it is passed.
    #[doc(hidden)]
    type Wire: Copy;
    /// The layout of the value as the whole return of a method.
    #[doc(hidden)]
    type Returned: Copy;
    /// `Self`, with every lifetime replaced by `'a`.
    #[doc(hidden)]
    type At<'a>;
    /// The way in which references to it are passed.
    #[doc(hidden)]
    type ByRef: ByRef;
    /// What a parameter of this type needs in the frame of a call.
    #[doc(hidden)]
    type Slot: Default;
    /// The layout of the value as a whole parameter.
    #[doc(hidden)]
    type Passed: PassedWire<Self::Wire>;
    /// The canonical name of the type.
    #[doc(hidden)]
    const SHAPE: &'static Shape;
    /// Is `true` if `Self` and `Wire` have the same bits.
    #[doc(hidden)]
    const PLAIN: bool = is_plain::<Self>();
    /// The wire of some value, if `PLAIN`: for proofs about layouts.
    #[doc(hidden)]
    const SAMPLE: MaybeUninit<Self::Wire> = MaybeUninit::uninit();
    /// States whether a call must store parts of it in a `CallScope`. If this
    /// is `Never` and there is such a part, the call panics.
    #[doc(hidden)]
    const NEEDS_SCOPE: NeedsScope = NeedsScope::Never;
    /// States the same for a whole parameter, of which a part may be in its slot.
    #[doc(hidden)]
    const NEEDS_SCOPE_BESIDE_SLOT: NeedsScope =
        if size_of::<Self::Slot>() == 0 { Self::NEEDS_SCOPE } else { NeedsScope::Never };

    /// Converts the value to its wire, which owns it from then on.
    #[doc(hidden)]
    fn lower(self) -> Self::Wire;

    /// Lowers the value into a guard, which drops it if lowering a later value
    /// panics.
    #[doc(hidden)]
    #[inline]
    fn lower_guarded(self) -> LoweredGuard<Self> {
        LoweredGuard::new(self)
    }

    /// Lowers an argument of a call. The scope stores what comes back when the
    /// call has returned.
    #[doc(hidden)]
    #[inline]
    fn lower_argument(self, scope: &CallerScope) -> Self::Wire {
        let _ = scope;
        self.lower()
    }

    /// Lowers an argument into a guard, as `lower_guarded` does.
    #[doc(hidden)]
    #[inline]
    fn lower_argument_guarded(self, scope: &CallerScope) -> LoweredGuard<Self> {
        LoweredGuard(self.lower_argument(scope))
    }

    /// Takes the wire out of the guard of
    /// [`lower_guarded`](Self::lower_guarded).
    #[doc(hidden)]
    #[inline]
    fn into_wire(guard: LoweredGuard<Self>) -> Self::Wire {
        guard.into_wire()
    }

    /// Converts a wire to the value.
    ///
    /// # Safety
    ///
    /// 1. `wire` came from `lower` of this very type (`origin` Rust), or obeys
    ///    the documented layout (`origin` foreign), and is lifted once.
    /// 2. What it borrows outlives `'a`, and the scope of the origin, if it has
    ///    one.
    #[doc(hidden)]
    unsafe fn lift<'a>(wire: Self::Wire, origin: Origin) -> Result<Self::At<'a>, LiftError>;

    /// Converts the wire of a parameter to the value.
    ///
    /// # Safety
    ///
    /// As for `lift`. The wire and the slot outlive `'a` and are not moved. The slot
    /// is used once.
    #[doc(hidden)]
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

    /// Appends the content of a value, which still owns its wire.
    ///
    /// # Safety
    ///
    /// As for `lift`, which is called later.
    #[doc(hidden)]
    #[inline]
    unsafe fn content(wire: Self::Wire, content: &mut Content) {
        let _ = wire;
        content.opaque();
    }

    /// Converts the value to the return of a method.
    #[doc(hidden)]
    fn lower_return(self) -> Outcome<Self::Returned>;

    /// Converts the return of a method to the value.
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

/// Returns `true` if a type has the size and the alignment of its wire.
#[doc(hidden)]
pub const fn has_size_of_wire<T: FfiSafe>() -> bool {
    size_of::<T>() == size_of::<T::Wire>() && align_of::<T>() == align_of::<T::Wire>()
}

/// Returns `true` if references to a type are passed by pointer. Compiles only if
/// such a type has the size and the alignment of its wire.
const fn is_plain<T: FfiSafe>() -> bool {
    let is_pointer = <T::ByRef as ByRef>::IS_POINTER;
    assert!(!is_pointer || has_size_of_wire::<T>(), "a plain type has the layout of its wire");
    is_pointer
}

/// Implements the return of every type but `Result`: null or a failure, then
/// the wire. A type with a slot of its own says so.
macro_rules! returned_as_wire {
    () => {
        type Slot = ();
        type Passed = Self::Wire;
        $crate::boundary::returned_as_wire!(own_slot);
    };
    (own_slot) => {
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
            // SAFETY: the contract of this function.
            unsafe { $crate::boundary::lift_wire_return::<Self>(outcome, origin) }
        }
    };
}

pub(crate) use returned_as_wire;

/// Converts the return of a method whose type is not `Result`.
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
        // SAFETY: not null, and of this outcome, which is used only here.
        return Err(unsafe { ReturnError::from_status(outcome.status) });
    }
    // SAFETY: a null status means that the value is initialised; the rest is
    // the contract of this function.
    unsafe { T::lift(outcome.value.assume_init(), origin) }.map_err(ReturnError::invalid)
}

/// A lowered value, until it is passed on. Dropping the guard drops the value.
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
    /// The wire was lowered from a `T`, and nothing else lifts it.
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
        // The hook reported the panic of a drop.
        if let Err(payload) = catch_unwind(AssertUnwindSafe(end)) {
            failure::discard(payload);
        }
    }
}
