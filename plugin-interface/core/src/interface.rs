//! The trait of all plugin interfaces.
#![expect(unsafe_code, reason = "implementations of Interface guarantee their vtable")]

use crate::boundary::{KeepsCopies, Shape};
use crate::metadata::InterfaceDescription;
use crate::metadata::encode::fingerprint;
use crate::object::Object;

/// A trait that plugins implement and hosts call.
///
/// It is implemented for `dyn Trait` of every trait under
/// `#[plugin_interface]`.
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
/// 2. The description states whether `dyn Trait` is `Send` and `Sync`. It is so
///    only if every `T` with `VTableFor<T>` is.
/// 3. `Proxy` has the layout of `Object<Self>`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a plugin interface",
    label = "not an interface",
    note = "add `#[plugin_interface]` to the trait, and name it as `dyn Trait`"
)]
pub unsafe trait Interface: HasProxy + 'static {
    /// The vtable of its methods.
    type VTable: 'static;
    /// The copies in a proxy, if a method returns a reference to what is copied.
    #[doc(hidden)]
    type Copies: KeepsCopies;
    /// The trait's name.
    const NAME: &'static str;
    /// Is `true` if one instance may have several proxies.
    #[doc(hidden)]
    const SHAREABLE: bool = Self::DESCRIPTION.is_shareable();
    /// The descriptor.
    #[doc(hidden)]
    const DESCRIPTION: &'static InterfaceDescription;
    /// The metadata record.
    #[doc(hidden)]
    const RECORD: &'static [u8];

    /// The hash that identifies it, as in its record.
    #[doc(hidden)]
    const FINGERPRINT: u128 = fingerprint(Self::RECORD);

    /// Its name as the type of an object.
    #[doc(hidden)]
    const SHAPE: &'static Shape;

    /// Wraps an object in the proxy.
    #[doc(hidden)]
    fn proxy(object: Object<Self>) -> Self::Proxy;

    /// Returns the object of a value of the trait, if that is a proxy.
    #[doc(hidden)]
    fn object(&self) -> Option<&Object<Self>>;
}

/// The proxy of an interface, for `dyn Trait` of any lifetime.
///
/// [`Interface`] is implemented for `dyn Trait + 'static` only. When the compiler
/// checks that a future is `Send`, it forgets such lifetimes. So a type that may be
/// held across an `.await`, such as the guard of a `Live`, refers to the proxy by
/// this trait.
///
/// ```
/// use plugin_interface::{Greeter, GreeterProxy, HasProxy};
///
/// fn same<'a>(proxy: GreeterProxy) -> <dyn Greeter + 'a as HasProxy>::Proxy {
///     proxy
/// }
/// ```
pub trait HasProxy {
    /// The type that implements the trait by calling a plugin.
    type Proxy: 'static;
}

/// The types of the futures of `async` methods, by which an impl of an interface
/// names them: only the interface knows whether they are `Send`.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "no method of `{Self}` is `async`",
    label = "not an interface with `async` methods",
    note = "write `async fn` in the trait under `#[plugin_interface]` as well"
)]
pub trait AsyncMethods {
    /// Of a method that takes `&self`.
    type Shared<'a, T>;
    /// Of a method that takes `&mut self`.
    type Exclusive<'a, T>;
}

/// The vtable of one implementation, for instances in a storage of type `P`: by
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
    note = "implement the trait for the type; the type must own its data (`'static`)"
)]
pub unsafe trait VTableFor<T: ?Sized, P: ?Sized = T>: Interface {
    const VTABLE: &'static Self::VTable;
}

/// The proxy of an interface, if it has all supertraits of the interface.
///
/// # Safety
///
/// `as_dyn` returns the pointer that it takes.
#[doc(hidden)]
pub unsafe trait CompleteProxy<I: ?Sized> {
    fn as_dyn(proxy: *mut Self) -> *mut I;
}

/// The same, with an error that tells what to do.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not implement each supertrait of its interface, so it cannot be a `{I}`",
    label = "the proxy lacks a supertrait",
    note = "write `impl Super for {Self}` beside the interface, or move the methods of `Super` into it"
)]
pub trait BoxedProxy<I: ?Sized>: CompleteProxy<I> {}

// The error does not go on to the supertrait.
#[diagnostic::do_not_recommend]
impl<I: ?Sized, P: CompleteProxy<I>> BoxedProxy<I> for P {}
