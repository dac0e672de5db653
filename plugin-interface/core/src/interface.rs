//! What makes a trait an interface.
#![expect(unsafe_code, reason = "implementations of Interface vouch for their vtable")]

use crate::boundary::Shape;
use crate::metadata::InterfaceDescription;
use crate::metadata::encode::fingerprint;
use crate::object::Object;

/// A trait that plugins implement and hosts call: `dyn Trait` for every trait
/// under `#[plugin_interface]`.
///
/// ```
/// use plugin_interface::{Greeter, Interface};
/// assert_eq!(<dyn Greeter as Interface>::NAME, "Greeter");
/// ```
///
/// # Safety
///
/// 1. `VTable` is `#[repr(C)]`, begins with a
///    [`VTableHeader`](crate::abi::VTableHeader), and its methods are those of
///    `DESCRIPTION`, in that order.
/// 2. The description says of `dyn Trait` whether it is `Send` and `Sync`, and
///    it is so only if every `T` with `VTableFor<T>` is.
/// 3. `Proxy` is laid out as `Object<Self>`, and is what `boxed` boxes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a plugin interface",
    label = "not an interface",
    note = "put `#[plugin_interface]` on the trait, and name it as `dyn Trait`"
)]
pub unsafe trait Interface: 'static {
    /// The table of its methods.
    type VTable: 'static;
    /// The type that implements the trait by calling a plugin.
    type Proxy;
    /// The trait's name.
    const NAME: &'static str;
    /// Whether two proxies of one instance may exist.
    #[doc(hidden)]
    const SHAREABLE: bool = Self::DESCRIPTION.is_shareable();
    /// The descriptor.
    #[doc(hidden)]
    const DESCRIPTION: &'static InterfaceDescription;
    /// The metadata record.
    #[doc(hidden)]
    const RECORD: &'static [u8];

    /// What tells it from every other, as its record has it.
    #[doc(hidden)]
    const FINGERPRINT: u64 = fingerprint(Self::RECORD);

    /// How it is named as the type of an object.
    #[doc(hidden)]
    const SHAPE: &'static Shape;

    /// Dresses an object in the trait.
    #[doc(hidden)]
    fn proxy(object: Object<Self>) -> Self::Proxy;

    /// The same, as a value of the trait.
    #[doc(hidden)]
    fn boxed(object: Object<Self>) -> Box<Self>;

    /// The object that a value of the trait stands for, if it is a proxy.
    #[doc(hidden)]
    fn object(&self) -> Option<&Object<Self>>;
}

/// The vtable of one implementation, for instances in a place of type `P`: by
/// default the instance itself.
///
/// # Safety
///
/// 1. `T` implements the trait; every method of `VTABLE` calls that method of
///    `T`, taking the instance as a pointer to `P`.
/// 2. The header has the fingerprint and number of methods of `DESCRIPTION`,
///    and its `drop` drops a boxed `P`.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{T}` cannot be registered as `{Self}`",
    note = "implement the trait for the type, which must own all it holds (`'static`)"
)]
pub unsafe trait VTableFor<T: ?Sized, P: ?Sized = T>: Interface {
    const VTABLE: &'static Self::VTable;
}
