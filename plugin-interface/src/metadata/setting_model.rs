//! The settings of plugins, as their records hold them.

/// The settings that one implementation declares (`config = Settings` in its
/// `#[plugin_impl]`).
///
/// ```no_run
/// # fn main() -> Result<(), plugin_interface::InspectError> {
/// for declared in plugin_interface::inspect("plugins/libresize.so")?.settings {
///     for setting in declared.settings {
///         println!("{}: {}, {}", setting.name, setting.kind, setting.doc);
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SettingsMetadata {
    /// The full path of the interface's trait.
    pub interface: String,
    /// The name of the registration.
    pub registration: String,
    /// The hash of the settings.
    pub fingerprint: u128,
    /// The settings, in the order of the struct.
    pub settings: Vec<SettingMetadata>,
}

/// One setting of a plugin.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SettingMetadata {
    /// Its name in a `plugins.toml`.
    pub name: String,
    /// Its doc comment.
    pub doc: String,
    /// Its default, as a `plugins.toml` would have it.
    pub default: Option<String>,
    /// The values that it can have.
    pub kind: SettingKind,
}

impl SettingMetadata {
    /// Returns `true` if a `plugins.toml` must have a value for it.
    pub fn is_required(&self) -> bool {
        match &self.kind {
            SettingKind::Optional(_) => false,
            SettingKind::Table(settings) => settings.iter().any(SettingMetadata::is_required),
            _ => self.default.is_none(),
        }
    }
}

/// The values that a setting can have. It prints as what a user should write:
/// `an integer from 1 to 100`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum SettingKind {
    /// `true` or `false`.
    Bool,
    /// An integer.
    Integer {
        /// The smallest one.
        least: i64,
        /// The largest one.
        most: i64,
    },
    /// A number with a fraction.
    Float {
        /// The smallest one.
        least: f64,
        /// The largest one.
        most: f64,
    },
    /// A text.
    Text,
    /// The path of a file or a folder.
    FilePath,
    /// One of these texts.
    Choice(Vec<ChoiceMetadata>),
    /// A list of values.
    List(Box<SettingKind>),
    /// A table with any keys.
    Map(Box<SettingKind>),
    /// A value that may be absent.
    Optional(Box<SettingKind>),
    /// A table with these keys.
    Table(Vec<SettingMetadata>),
    /// A kind that this version of the host does not know.
    Unknown,
}

// The decoder makes no bound that differs from itself.
impl Eq for SettingKind {}

/// One text of a [`SettingKind::Choice`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChoiceMetadata {
    /// The text.
    pub name: String,
    /// The doc comment of the variant.
    pub doc: String,
}

impl core::fmt::Display for SettingKind {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            SettingKind::Bool => f.write_str("true or false"),
            SettingKind::Integer { least: i64::MIN, most: i64::MAX } => f.write_str("an integer"),
            SettingKind::Integer { least, most: i64::MAX } => {
                write!(f, "an integer from {least} on")
            }
            SettingKind::Integer { least, most } => write!(f, "an integer from {least} to {most}"),
            SettingKind::Float { least, most } if *most >= f32::MAX.into() => {
                match *least <= f32::MIN.into() {
                    true => f.write_str("a number"),
                    false => write!(f, "a number from {least} on"),
                }
            }
            SettingKind::Float { least, most } => write!(f, "a number from {least} to {most}"),
            SettingKind::Text => f.write_str("a text"),
            SettingKind::FilePath => f.write_str("a path"),
            SettingKind::Choice(choices) => {
                let names: Vec<_> = choices.iter().map(|it| format!("{:?}", it.name)).collect();
                match &names[..] {
                    [one] => f.write_str(one),
                    names => write!(f, "one of {}", names.join(", ")),
                }
            }
            SettingKind::List(kind) => write!(f, "a list, each of {kind}"),
            SettingKind::Map(kind) => write!(f, "a table, each value of {kind}"),
            SettingKind::Optional(kind) => kind.fmt(f),
            SettingKind::Table(_) => f.write_str("a table"),
            SettingKind::Unknown => f.write_str("a value that only a newer host understands"),
        }
    }
}
