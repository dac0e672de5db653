//! The error of `PluginContext::config`.

use core::fmt;

/// The error of [`PluginContext::config`](crate::PluginContext::config).
///
/// A host checks the settings before it creates a plugin. So the plugin sees an
/// error if its host knows nothing of settings, or if its own attribute does not
/// name the type. Feature `config`.
///
/// ```
/// use plugin_interface::{PluginConfig, PluginContext, SettingsError};
///
/// #[derive(Debug, PluginConfig)]
/// struct Settings {
///     folder: std::path::PathBuf,
/// }
///
/// let error = PluginContext::empty().config::<Settings>().unwrap_err();
/// assert!(matches!(error, SettingsError::Missing { setting: "folder" }));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SettingsError {
    /// A required setting has no value.
    Missing {
        /// The setting.
        setting: &'static str,
    },
    /// `#[plugin_impl]` names no type of settings.
    Undeclared {
        /// The type that the constructor asked for.
        asked: &'static str,
    },
    /// `#[plugin_impl]` names another type of settings.
    OtherType {
        /// The type that the constructor asked for.
        asked: &'static str,
    },
    /// The host passed bytes that are not the settings.
    Malformed,
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SettingsError::Missing { setting } => write!(
                f,
                "expected a value for the setting `{setting}`, found none: the host must be configured by a plugins.toml that has it"
            ),
            SettingsError::Undeclared { asked } => write!(
                f,
                "expected settings of the type {asked}, but the plugin declares none: write `config = {asked}` in its `#[plugin_impl]`"
            ),
            SettingsError::OtherType { asked } => write!(
                f,
                "expected settings of the type {asked}, but the plugin declares another: write `config = {asked}` in its `#[plugin_impl]`"
            ),
            SettingsError::Malformed => f.write_str(
                "expected the settings that the metadata describes, found other bytes: build the plugin with the host's version of plugin-interface",
            ),
        }
    }
}

impl core::error::Error for SettingsError {}
