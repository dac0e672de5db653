//! The run-time identity of an interface.

use core::fmt;

pub use plugin_interface_core::{HasProxy, Interface};

/// The identity of an interface at run time.
///
/// Two are equal for the same interface with the same methods.
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
    fingerprint: u128,
    record: &'static [u8],
}

impl PluginTrait {
    /// The [`Greeter`](crate::Greeter) of this crate.
    #[expect(non_upper_case_globals, reason = "reads like the variant of an enum")]
    pub const Greeter: PluginTrait = PluginTrait::of::<dyn crate::Greeter>();

    /// Returns the identity of `I`.
    pub const fn of<I: Interface + ?Sized>() -> Self {
        PluginTrait {
            name: I::NAME,
            path: I::DESCRIPTION.path,
            fingerprint: I::FINGERPRINT,
            record: I::RECORD,
        }
    }

    /// Returns the trait's name, which is a part of the exported symbols.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Returns the full path with crate and modules, which identifies the
    /// interface.
    pub const fn path(&self) -> &'static str {
        self.path
    }

    /// Returns the hash of the methods' names and types, in order, and of the
    /// markers `Send` and `Sync`.
    pub const fn fingerprint(&self) -> u128 {
        self.fingerprint
    }

    /// Returns the metadata of the interface, as compiled into this binary;
    /// `None` of an interface that is beyond the limits of a record.
    #[cfg(feature = "manager")]
    pub(crate) fn metadata(&self) -> Option<crate::metadata::InterfaceMetadata> {
        crate::metadata::decode::interface_of(self.record).ok()
    }

    /// Returns the metadata record of the interface.
    #[cfg(feature = "manager")]
    pub(crate) fn record(&self) -> &'static [u8] {
        self.record
    }

    /// Returns outlines of the interface and of those of its objects. They
    /// contain only the parts that are fast to read.
    #[cfg(feature = "manager")]
    pub(crate) fn outlines(&self) -> Vec<crate::metadata::decode::Outline<'static>> {
        crate::metadata::decode::outlines(self.record).unwrap_or_default()
    }

    /// Returns one whose record is beyond the limits.
    #[cfg(all(test, feature = "manager"))]
    pub(crate) const fn beyond_limits(self) -> Self {
        PluginTrait { record: &[], ..self }
    }
}

impl fmt::Debug for PluginTrait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PluginTrait")
            .field("path", &self.path)
            .field("fingerprint", &format_args!("{:#034x}", self.fingerprint))
            .finish()
    }
}

impl fmt::Display for PluginTrait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.path)
    }
}
