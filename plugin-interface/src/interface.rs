//! What makes a trait an interface, and the value that names one.
#![expect(unsafe_code, reason = "implementations of Interface vouch for their vtable")]

use core::fmt;

use crate::boundary::Shape;
use crate::metadata::InterfaceDescription;
use crate::object::Object;

/// A trait that plugins implement and hosts call: `dyn Trait` for every trait
/// under [`#[plugin_interface]`](macro@crate::plugin_interface).
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

/// Names an interface at run time.
///
/// Compares equal for the same interface of the same shape.
///
/// ```
/// use plugin_interface::{Greeter, PluginTrait};
///
/// let id = PluginTrait::of::<dyn Greeter>();
/// assert!(matches!(id, PluginTrait::Greeter));
/// assert_eq!(id.name(), "Greeter");
/// assert_eq!(id.path(), "plugin_interface::greeter::Greeter");
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PluginTrait {
    name: &'static str,
    path: &'static str,
    fingerprint: u64,
    record: &'static [u8],
}

impl PluginTrait {
    /// The [`Greeter`](crate::Greeter) that this crate brings along.
    #[expect(non_upper_case_globals, reason = "reads like the variant of an enum")]
    pub const Greeter: PluginTrait = PluginTrait::of::<dyn crate::Greeter>();

    /// The value that names `I`.
    pub const fn of<I: Interface + ?Sized>() -> Self {
        PluginTrait {
            name: I::NAME,
            path: I::DESCRIPTION.path,
            fingerprint: const { I::DESCRIPTION.fingerprint() },
            record: I::RECORD,
        }
    }

    /// The trait's name, which the exported symbols bear.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The full path, crate and modules included: the interface's identity.
    pub const fn path(&self) -> &'static str {
        self.path
    }

    /// The hash of the methods' names and types, in order, and of whether the
    /// trait is `Send` and `Sync`.
    pub const fn fingerprint(&self) -> u64 {
        self.fingerprint
    }

    /// The metadata of the interface, as this side knows it.
    #[cfg(feature = "manager")]
    pub(crate) fn metadata(&self) -> Option<crate::metadata::InterfaceMetadata> {
        // This build wrote the record: it is always readable.
        crate::metadata::read::interface_of(self.record).ok()
    }
}

impl fmt::Debug for PluginTrait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PluginTrait")
            .field("path", &self.path)
            .field("fingerprint", &format_args!("{:#018x}", self.fingerprint))
            .finish()
    }
}

impl fmt::Display for PluginTrait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.path)
    }
}
