//! Types that borrow nothing.

use crate::boundary::FfiSafe;

/// A type that crosses and borrows nothing: what closures take and return,
/// iterators give and futures come to.
///
/// Implemented for every such type. What borrows would have to say for how long,
/// which the type of a closure cannot.
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
