//! The settings of a plugin: their description, which lies in the metadata, and
//! their values, which the host passes to the constructor. Feature `config`.

mod description;
mod error;
mod input;
mod types;

pub use description::{Choice, DefaultValue, Range, Setting, SettingKind};
pub use error::SettingsError;
pub use input::SettingsInput;

use crate::metadata::settings;

/// The settings of a plugin, which a user writes in a `plugins.toml`.
///
/// Feature `config` of `plugin-interface`. Derive it for a struct, and name the
/// struct in `#[plugin_impl(.., config = Settings)]`. Then the names, types,
/// defaults, ranges and doc comments of its fields are in the metadata of the
/// library. A host checks a user's file before any code of the plugin runs. The
/// constructor takes the values by
/// [`PluginContext::config`](crate::PluginContext::config).
///
/// ```standalone_crate
/// use plugin_interface::{Greeter, PluginConfig, PluginContext, SettingsError};
/// use plugin_interface::{plugin_aggregates, plugin_impl};
///
/// #[plugin_aggregates(Greeter)]
/// mod plugin {}
///
/// /// The words of the greeting.
/// #[derive(PluginConfig)]
/// struct Settings {
///     /// The word before the name.
///     #[config(default = "Hello")]
///     word: String,
///     /// The number of times that the word is written.
///     #[config(default = 1, range = 1..=5)]
///     times: u8,
///     /// The signature, if any.
///     from: Option<String>,
/// }
///
/// struct Polite(Settings);
///
/// impl Polite {
///     fn open(context: &PluginContext) -> Result<Self, SettingsError> {
///         Ok(Polite(context.config()?))
///     }
/// }
///
/// #[plugin_impl(Greeter, new = Polite::open, config = Settings)]
/// impl Greeter for Polite {
///     fn name(&self) -> &str {
///         "polite"
///     }
///
///     fn greet(&self, target: &str) -> String {
///         format!("{}{target}", format!("{} ", self.0.word).repeat(self.0.times.into()))
///     }
/// }
///
/// fn main() {
///     // Without a host, each setting has its default.
///     let polite = Polite::open(&PluginContext::empty()).unwrap();
///     assert_eq!(polite.greet("Ada"), "Hello Ada");
///     assert_eq!(polite.0.from, None);
/// }
/// ```
///
/// The type of a field is `bool`, an integer, `f32`, `f64`, `String`, `PathBuf`,
/// a struct or an enum that derives this trait, or one of these in an `Option`,
/// a `Vec` or a map by `String`. A field without a default is required, unless
/// it is an `Option`, or a struct whose settings all have values. An enum has
/// variants without fields. In the file, a variant has its name in lower case
/// with hyphens: `VeryFast` is `"very-fast"`.
///
/// # Arguments
///
/// - `#[config(default = 80)]`, on a field: the value if the file has none. It
///   is a number, `true`, `false`, a text in quotes, or a list of these.
/// - `#[config(range = 1..=100)]`, on a field: the smallest and the largest
///   number.
/// - `#[config(crate = path)]`, on the type: the path of `plugin-interface`, if
///   it was renamed.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no description of its settings",
    label = "this type does not derive `PluginConfig`",
    note = "add `#[derive(PluginConfig)]` to the struct, and name it in `#[plugin_impl(.., config = Settings)]`"
)]
pub trait PluginConfig: ConfigValue {
    #[doc(hidden)]
    const SETTINGS: &'static [Setting];

    /// The hash of the settings: equal ones are read alike.
    #[doc(hidden)]
    const FINGERPRINT: u128 = settings::fingerprint(Self::SETTINGS);
}

/// A type that a setting can have. [`PluginConfig`] lists them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the type of a setting",
    label = "this type has no form in a `plugins.toml`",
    note = "a setting is a `bool`, an integer, `f32`, `f64`, a `String`, a `PathBuf`, a struct or an enum with `#[derive(PluginConfig)]`, or one of these in an `Option`, a `Vec` or a `BTreeMap<String, _>`; take other types as text, and parse them in the constructor"
)]
pub trait ConfigValue: Sized {
    #[doc(hidden)]
    const KIND: &'static SettingKind;

    /// Reads the value that the host wrote.
    #[doc(hidden)]
    fn read(input: &mut SettingsInput<'_>) -> Result<Self, SettingsError>;

    /// Returns the value of a setting that is not in the file and has no default.
    #[doc(hidden)]
    fn absent() -> Option<Self> {
        None
    }
}

/// A type whose default is written as text: `#[config(default = "text")]`.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "the default of a `{Self}` is no text in quotes",
    label = "expected a number, `true`, `false` or a list as the default"
)]
pub trait FromText: Sized {
    fn from_text(text: &'static str) -> Self;
}
