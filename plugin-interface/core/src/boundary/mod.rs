//! Which Rust types may cross between a host and a plugin, and how.
//!
//! A type crosses if it implements [`FfiSafe`]. The compiler, not the macro,
//! decides that, so an alias changes nothing and a type that cannot cross is
//! named in the error.
//!
//! `P` is [plain](Plain) data, `Trait` an interface, with `+ Send` and `+ Sync` or
//! without; the other letters are any types of this table.
//!
#![doc = include_str!("types.md")]
//!
//! The types nest as they like: `Vec<Option<(String, Result<Vec<u8>, String>)>>`.
//! What leads to its like, such as a tree, crosses by functions that call themselves,
//! as its drop does: the stack sets a limit to how deep it is, of some thousands in
//! a debug build. A long list is a `Vec`.
//! A borrow crosses for the duration
//! of the call (parameters) or of the borrow of `self` (returns), whatever
//! lifetime its type claims: an interface method that takes or returns
//! `&'static str` or `Cow<'static, str>`, also behind an alias, does not compile.
//! What is owned may say so: `Box<dyn Trait + 'static>`, `BoxFuture<'static, T>`.
//!
//! # Objects
//!
//! `dyn Trait`, closures, iterators and futures are called where they were made,
//! and dropped there. They cross in both directions, with or without `+ Send` and
//! `+ Send + Sync`, and nested: `Vec<Option<Box<dyn Trait + Send>>>`. A
//! `Box<dyn Trait + '_>` that is returned may borrow from `self`.
//!
//! ```
//! use std::sync::Arc;
//!
//! use plugin_interface::plugin_interface;
//!
//! /// What a host offers.
//! #[plugin_interface]
//! pub trait Log: Send + Sync {
//!     fn line(&self, text: &str);
//! }
//!
//! #[plugin_interface]
//! pub trait Document: Send {
//!     fn text(&self) -> String;
//! }
//!
//! #[plugin_interface]
//! pub trait Reader: Send + Sync {
//!     fn start(&self, log: Arc<dyn Log>);
//!     fn open(&self, path: &str) -> Result<Box<dyn Document>, String>;
//!     fn count(&self, documents: Vec<Box<dyn Document>>, is_counted: &dyn Fn(String) -> bool) -> u32;
//! }
//! ```
//!
//! - *Each keeps its library mapped*, after the last proxy and handle are gone,
//!   and so does a waker that somebody has of a plugin. Until then the
//!   outcome (`UnloadOutcome`) of the unload says how many there are; with
//!   the last one the library is unmapped, by a thread of this crate. Two libraries that
//!   keep objects of each other keep each other mapped. A plugin that is a host itself
//!   stays for as long as objects of what it loaded are in use, wherever they are.
//! - *Each is wrapped once.* An object of an interface that a plugin hands on, to
//!   the host or by way of it to another plugin, arrives as it left its maker; where
//!   it comes back to its maker it is the very value again. A closure, an iterator
//!   or a future that is handed on is wrapped once more.
//! - *A panic goes to the caller*, whoever that is: a plugin that does not catch
//!   the panic of a host's object panics itself, and the host gets that. One in a drop
//!   is reported and ends there. `<Trait>Proxy::of(&*object)` finds the proxy of an object
//!   that came from elsewhere, whose `checked` makes a [`CallError`](crate::CallError) of it.
//! - *What is lent is gone after the call.* So a method that takes `&'a dyn Trait`
//!   cannot return something that borrows for `'a`, nor a `&dyn Trait`: either
//!   does not compile, or panics where a derived type with a lifetime hides it. The
//!   same goes for the copies behind `&[T]` and `&T`.
//! - *An `Arc` may have owners on several sides*: `Arc::get_mut` knows those of its own
//!   side, and a method with `&mut self` that is called by way of it panics.
//! - *Objects grow as their interfaces do*: one of an older plugin runs the defaults
//!   of what it lacks. A mismatch is found when the library is loaded; where objects go
//!   between two plugins that their host never compared, when one arrives.
//!
//! A path is bytes on Unix, whatever they are. Elsewhere it is UTF-8, and
//! passing one that is not panics on the side that does so.

mod by_ref;
mod call_scope;
mod lift_error;
mod objects;
mod owned;
#[cfg(test)]
mod recursion;
mod shape;
mod types;
mod unwind_guard;
mod via;

use core::ptr;

use crate::abi::Outcome;

pub(crate) use objects::builtin;

pub use crate::boundary::call_scope::{CallScope, NeedsScope};
/// The former name of [`LiftError`].
#[doc(hidden)]
pub use crate::boundary::lift_error::LiftError as Invalid;
pub(crate) use crate::boundary::lift_error::ReturnErrorKind;
pub use crate::boundary::lift_error::{LiftError, ReturnError};
pub use crate::boundary::objects::dyn_trait::{BorrowableMut, Dyn, Shareable};
pub use crate::boundary::objects::future::BoxFuture;
pub use crate::boundary::objects::pointee::{ConvertPointer, DynPointee, Pointee, SizedPointee};
pub use crate::boundary::objects::storage::{Borrowed, InstanceStorage};
pub use crate::boundary::owned::FfiOwned;
pub use crate::boundary::shape::definition::{Body, Definition, Fields, Link, Parameter};
pub use crate::boundary::types::slice::Plain;
pub use crate::boundary::unwind_guard::LoweredGuard;
pub use by_ref::{ByCopy, ByPointer, ByRef};
pub use shape::Shape;

pub(crate) use crate::boundary::shape::definition::Definitions;
pub(crate) use shape::Naming;

/// A type that may cross between a host and a plugin.
///
/// Implemented for the types in the [table](self), and for a struct or an enum by
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
    message = "`{Self}` cannot cross between a host and a plugin",
    label = "this type cannot cross",
    note = "if it is your struct or enum, put `#[derive(FfiSafe)]` on it",
    note = "numbers, text, paths, times, tuples, arrays, `Option`, `Result`, `Box`, `Vec`, maps and sets of types that cross can, and `&str`, `&Path`, `&[T]` and `&T` of those that are `Clone`, `&mut [T]` and `&mut T` of plain data, and traits under `#[plugin_interface]` as `Box<dyn Trait>`, `Arc<dyn Trait>` and `&dyn Trait`",
    note = "instead of `Rc` and `Arc` pass the value or a `Box`, instead of a raw pointer a slice, instead of a reference to what is not `Clone` the value, instead of `Box<dyn Error>` a `Box<dyn Error + Send + Sync>`; pass the parts of other types one by one, or as text or bytes"
)]
#[expect(unsafe_code, reason = "an implementation vouches for layouts")]
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
#[expect(unsafe_code, reason = "the status decides whether the value is read")]
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

/// Who made a value: it decides what is checked when the value is taken over.
///
/// One word, which most types never look at.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin(*const CallScope);

#[expect(non_upper_case_globals, reason = "read like the variants of an enum")]
impl Origin {
    /// Code generated by these macros, whose types the compiler has checked.
    pub const Rust: Origin = Origin(ptr::null());
    /// A plugin written by hand, whose `bool`, `char` and text are validated.
    pub const Foreign: Origin = Origin(ptr::without_provenance(1));

    /// As `Rust`, for an argument of a call: what is lent lies in there.
    #[inline]
    pub(crate) fn of_call(scope: &CallScope) -> Self {
        Origin(scope)
    }

    /// Where what is lent may lie.
    fn call_scope(self) -> Option<*const CallScope> {
        (self != Origin::Rust && self != Origin::Foreign).then_some(self.0)
    }
}
