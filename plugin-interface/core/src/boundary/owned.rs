//! The trait of FFI-safe types that borrow nothing.

use crate::boundary::FfiSafe;

/// An FFI-safe type that borrows nothing.
///
/// It is implemented for every such type. Results of closures, items of iterators
/// and values of futures are of such types, and arguments of closures that are no
/// references. A borrow would need a lifetime, which their types cannot name.
///
/// ```
/// fn is_owned<T: plugin_interface::boundary::FfiOwned>() {}
/// is_owned::<Vec<Option<String>>>();
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be passed through a closure, an iterator or a future",
    label = "this borrows, or is not FFI-safe",
    note = "use a type that owns its data: `String` instead of `&str`, `Vec<T>` instead of `&[T]`"
)]
pub trait FfiOwned: FfiSafe + 'static + for<'a> FfiSafe<At<'a> = Self> {}

impl<T> FfiOwned for T where T: FfiSafe + 'static + for<'a> FfiSafe<At<'a> = T> {}
