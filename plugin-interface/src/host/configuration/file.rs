//! The content of a `plugins.toml`.

use core::fmt;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::value::{Data, Table};
use crate::host::load::check::inspect;

/// A `plugins.toml`: the order of plugins, those that are enabled, and their
/// settings.
///
/// Plugins are named by their packages. Each table and each key may be left
/// out.
///
/// ```toml
/// # These are loaded first, in this order.
/// order = ["decode", "resize"]
///
/// [plugins.resize.settings]
/// quality = 80
///
/// [plugins.watermark]
/// enabled = false
/// ```
///
/// [`PluginManager::configure`](crate::PluginManager::configure) and
/// [`LoadPolicy::configuration`](crate::LoadPolicy::configuration) take it. A
/// library whose settings have a mistake is rejected before any of its code
/// runs.
///
/// ```
/// use plugin_interface::{Configuration, PluginManager};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let directory = tempfile::tempdir()?;
/// # let plugins = directory.path();
/// # std::fs::write(plugins.join("plugins.toml"), "[plugins.resize]\nenabled = false\n")?;
/// let configuration = Configuration::read(plugins.join(Configuration::FILE))?;
/// assert!(!configuration.is_enabled("resize"));
/// for mistake in configuration.check_directory(plugins)? {
///     println!("{mistake}");
/// }
/// let mut manager = PluginManager::new();
/// manager.configure(configuration);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Configuration(pub(super) Arc<Content>);

pub(super) struct Content {
    pub(super) path: PathBuf,
    pub(super) text: String,
    pub(super) order: Vec<Named>,
    pub(super) plugins: BTreeMap<String, Section>,
}

/// A plugin in the order.
pub(super) struct Named {
    pub(super) plugin: String,
    pub(super) line: usize,
}

/// The table of one plugin.
pub(super) struct Section {
    pub(super) line: usize,
    pub(super) enabled: Option<(bool, usize)>,
    pub(super) settings: Option<Table>,
}

impl fmt::Debug for Configuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Configuration").field(&self.0.path).finish()
    }
}

/// Two are equal if their files have one path and one content.
impl PartialEq for Configuration {
    fn eq(&self, other: &Self) -> bool {
        (&self.0.path, &self.0.text) == (&other.0.path, &other.0.text)
    }
}

impl Eq for Configuration {}

impl Configuration {
    /// The usual name of the file, `plugins.toml`.
    pub const FILE: &str = "plugins.toml";

    /// Returns the path that the configuration was read from.
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// Returns `false` if the file says `enabled = false` for that package.
    pub fn is_enabled(&self, package: &str) -> bool {
        self.disabled_at(package).is_none()
    }

    /// Returns the packages that are loaded first, in their order.
    pub fn order(&self) -> impl Iterator<Item = &str> {
        self.0.order.iter().map(|named| &*named.plugin)
    }

    /// Returns the packages that have a table, sorted.
    pub fn plugins(&self) -> impl Iterator<Item = &str> {
        self.0.plugins.keys().map(String::as_str)
    }

    /// Sorts libraries: those first that the order names. The others stay as they are.
    pub(crate) fn sort(&self, libraries: &mut [PathBuf]) {
        if self.0.order.is_empty() {
            return;
        }
        libraries.sort_by_cached_key(|path| {
            let package = inspect(path).map(|it| it.package.name).unwrap_or_default();
            let place = self.order().position(|plugin| plugin == package);
            place.unwrap_or(usize::MAX)
        });
    }

    /// Returns the line that disables a package.
    pub(super) fn disabled_at(&self, package: &str) -> Option<usize> {
        match self.0.plugins.get(package)?.enabled? {
            (false, line) => Some(line),
            (true, _) => None,
        }
    }
}

impl Section {
    /// Returns the settings in a table of a plugin.
    pub(super) fn settings_of(section: &Table) -> Option<Table> {
        match &section.get("settings")?.data {
            Data::Table(settings) => Some(settings.clone()),
            _ => None,
        }
    }
}
