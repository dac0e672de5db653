//! The value that names an interface.

use core::fmt;

pub use plugin_interface_core::Interface;

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
            fingerprint: I::FINGERPRINT,
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
        crate::metadata::decode::interface_of(self.record).ok()
    }

    /// The same without what takes long to read: the interface, and those of its
    /// objects.
    #[cfg(feature = "manager")]
    pub(crate) fn outlines(&self) -> Vec<crate::metadata::decode::Outline<'static>> {
        crate::metadata::decode::outlines(self.record).unwrap_or_default()
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
