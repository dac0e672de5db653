//! The error of a library whose interface is incompatible with the host's. Its text
//! has at most ten lines: the difference, its place, both texts, and the remedy.

use core::fmt;

use crate::host::compare::diff::{Difference, Remedy, differences, keep_path};
use crate::host::compare::version::major;
use crate::metadata::InterfaceMetadata;

/// An interface that differs between host and plugin.
///
/// Its text names the interface, both versions, the first method that differs with
/// both signatures, and the remedy. If the signatures look the same, it names the
/// field of the type that differs.
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use plugin_interface::{LoadError, PluginManager, PluginTrait};
///
/// let mut manager = PluginManager::new();
/// manager.load_plugins("plugins", PluginTrait::Greeter)?;
/// for rejected in manager.rejected() {
///     if let LoadError::Mismatch { mismatch, .. } = &rejected.error {
///         println!("{} against {}", mismatch.plugin().version, mismatch.host().version);
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Mismatch {
    pub(crate) host: InterfaceMetadata,
    pub(crate) plugin: InterfaceMetadata,
}

impl Mismatch {
    /// The interface in the host.
    pub fn host(&self) -> &InterfaceMetadata {
        &self.host
    }

    /// The interface that the plugin was built against.
    pub fn plugin(&self) -> &InterfaceMetadata {
        &self.plugin
    }
}

impl fmt::Debug for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mismatch")
            .field("interface", &self.host.path)
            .field("host", &self.host.version)
            .field("plugin", &self.plugin.version)
            .finish()
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Mismatch { host, plugin } = self;
        write!(
            f,
            "the interface {} is not the same in host (version {}) and plugin (version {})",
            host.path, host.version, plugin.version
        )?;
        let differences = differences(host, plugin);
        if let Some(first) = differences.first() {
            first.write(f, ["host", "plugin"])?;
        }
        match differences.len() {
            0 | 1 => {}
            2 => write!(f, "\n  and 1 more difference")?,
            more => write!(f, "\n  and {} more differences", more - 1)?,
        }
        if major(&host.version) != major(&plugin.version) {
            write!(
                f,
                "\n  build both against one major version of the crate that defines the interface"
            )
        } else if let Some(Difference {
            sides: [before, _],
            remedy: Remedy::KeepPath(attribute),
            ..
        }) = differences.first()
        {
            write!(f, "\n  {}", keep_path(attribute, before))
        } else if differences.iter().any(|difference| difference.remedy == Remedy::Append) {
            write!(
                f,
                "\n  build both against one version of the interface, or append the method with a default body and `#[since(\"..\")]`"
            )
        } else {
            write!(f, "\n  build both against one version of the crate that defines the interface")
        }
    }
}
