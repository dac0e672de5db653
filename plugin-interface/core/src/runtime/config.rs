//! The settings of a plugin, as its constructor reads them.

use super::context::{Declared, PluginContext};
use crate::config::{PluginConfig, SettingsError, SettingsInput};

impl PluginContext<'_> {
    /// Returns the settings of the plugin: those in the user's `plugins.toml`,
    /// and the defaults of the others.
    ///
    /// `T` is the type in `#[plugin_impl(.., config = T)]`. Feature `config`.
    ///
    /// # Errors
    ///
    /// If a required setting has no value, since the host is not configured; or
    /// if `#[plugin_impl]` names another type. The host reports other mistakes,
    /// and then runs no code of the plugin.
    pub fn config<T: PluginConfig>(&self) -> Result<T, SettingsError> {
        let asked = core::any::type_name::<T>();
        match self.declared {
            Declared::Unknown => {}
            Declared::Nothing => return Err(SettingsError::Undeclared { asked }),
            Declared::Settings(fingerprint) if fingerprint == T::FINGERPRINT => {}
            Declared::Settings(_) => return Err(SettingsError::OtherType { asked }),
        }
        let bytes = self.bytes_of(self.raw.settings);
        if bytes.is_empty() {
            return T::read(&mut SettingsInput::none());
        }
        let mut input = SettingsInput::of(bytes);
        if input.fingerprint()? != T::FINGERPRINT {
            return Err(SettingsError::Malformed);
        }
        let settings = T::read(&mut input)?;
        input.end()?;
        Ok(settings)
    }
}
