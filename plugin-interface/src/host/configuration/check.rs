//! Compares settings with those that a library declares, and writes them for its
//! constructors.

use std::collections::HashSet;
use std::path::Path;

use super::file::{Configuration, Section};
use super::names::{key_of, known, suggestion};
use super::value::{Data, Table, Value};
use crate::host::error::{ConfigurationError, LoadError};
use crate::host::load::check::inspect;
use crate::host::load::discover::candidates;
use crate::metadata::{PluginMetadata, SettingKind, SettingMetadata, SettingsMetadata};

/// The values of the settings of a library, one for each of its implementations
/// that declares some.
#[derive(Default, PartialEq, Eq)]
pub(crate) struct Values(Vec<Written>);

#[derive(PartialEq, Eq)]
struct Written {
    interface: String,
    registration: String,
    bytes: Vec<u8>,
}

impl Values {
    /// Returns the values of each implementation, by its interface and its name.
    #[cfg(all(unix, feature = "process"))]
    pub(crate) fn each(&self) -> impl Iterator<Item = (&str, &str, &[u8])> {
        self.0.iter().map(|it| (&*it.interface, &*it.registration, &*it.bytes))
    }

    /// Adds the values of an implementation, which another process has checked.
    #[cfg(all(unix, feature = "process"))]
    pub(crate) fn add(&mut self, interface: String, registration: String, bytes: Vec<u8>) {
        self.0.push(Written { interface, registration, bytes });
    }

    /// Returns the values for a constructor; empty if it declares no settings.
    pub(crate) fn of(&self, interface: &str, registration: &str) -> &[u8] {
        let is_it =
            |it: &&Written| (&*it.interface, &*it.registration) == (interface, registration);
        self.0.iter().find(is_it).map_or(&[], |it| &it.bytes)
    }
}

impl Configuration {
    /// Compares the settings of a plugin with those that its library declares.
    /// Runs no code of it. Returns the mistakes; none if all is well.
    pub fn check(&self, metadata: &PluginMetadata) -> Vec<ConfigurationError> {
        values(self, metadata).err().unwrap_or_default()
    }

    /// Compares the whole file with the plugins of a directory, and runs none of
    /// them. Names plugins that are not there, too. Files that cannot be
    /// inspected are left to the load.
    ///
    /// # Errors
    ///
    /// If the directory cannot be read.
    pub fn check_directory(
        &self,
        directory: impl AsRef<Path>,
    ) -> Result<Vec<ConfigurationError>, LoadError> {
        let directory = directory.as_ref();
        let libraries: Vec<_> = candidates(directory)?.iter().flat_map(inspect).collect();
        let mut mistakes: Vec<_> = libraries.iter().flat_map(|it| self.check(it)).collect();
        let packages = || libraries.iter().map(|library| &*library.package.name);
        let of_order = self.0.order.iter().map(|named| (&named.plugin, named.line));
        let of_plugins = self.0.plugins.iter().map(|(plugin, section)| (plugin, section.line));
        for (plugin, line) in of_order.chain(of_plugins) {
            if !packages().any(|package| package == plugin) {
                mistakes.push(ConfigurationError::UnknownPlugin {
                    path: self.0.path.clone(),
                    line,
                    plugin: plugin.escape_debug().to_string(),
                    directory: directory.to_owned(),
                    suggestion: suggestion(plugin, packages()),
                });
            }
        }
        Ok(in_order(mistakes))
    }

    /// Returns the values for the constructors of a library that may be loaded.
    pub(crate) fn values(
        &self,
        path: &Path,
        metadata: &PluginMetadata,
    ) -> Result<Values, LoadError> {
        let package = || metadata.package.name.clone();
        if let Some(line) = self.disabled_at(&metadata.package.name) {
            let file = self.0.path.clone();
            let (path, package) = (path.to_owned(), package());
            return Err(LoadError::Disabled { path, package, file, line });
        }
        values(self, metadata).map_err(|mistakes| {
            let (path, package) = (path.to_owned(), package());
            LoadError::Settings { path, package, mistakes }
        })
    }
}

/// Checks and writes the settings of a library. Several implementations share
/// the table, and each takes what it declares.
fn values(
    configuration: &Configuration,
    metadata: &PluginMetadata,
) -> Result<Values, Vec<ConfigurationError>> {
    let package = &metadata.package.name;
    let section = configuration.0.plugins.get(package);
    let settings = section.and_then(|section| section.settings.as_ref());
    let key = key_of(&key_of("plugins", package), "settings");
    let mut check = Check { path: &configuration.0.path, mistakes: Vec::new() };
    let empty =
        Table { line: section.map_or(0, |section: &Section| section.line), entries: Vec::new() };
    let table = settings.unwrap_or(&empty);
    check.unknown(package, &metadata.settings, table, &key);
    let mut values = Values::default();
    for SettingsMetadata { interface, registration, fingerprint, settings } in &metadata.settings {
        let mut bytes = Vec::from(fingerprint.to_le_bytes());
        check.table(&mut bytes, settings, table, &key);
        let (interface, registration) = (interface.clone(), registration.clone());
        values.0.push(Written { interface, registration, bytes });
    }
    match check.mistakes {
        none if none.is_empty() => Ok(values),
        mistakes => Err(in_order(mistakes)),
    }
}

/// Sorts mistakes by their lines, and keeps one of those that are equal: two
/// implementations may declare one setting, and two libraries be of one package.
fn in_order(mut mistakes: Vec<ConfigurationError>) -> Vec<ConfigurationError> {
    let mut seen = HashSet::new();
    mistakes.retain(|mistake| seen.insert(mistake.to_string()));
    mistakes.sort_by_key(ConfigurationError::line);
    mistakes
}

struct Check<'c> {
    path: &'c Path,
    mistakes: Vec<ConfigurationError>,
}

impl Check<'_> {
    /// Reports the keys that no implementation declares.
    fn unknown(
        &mut self,
        plugin: &str,
        declared: &[SettingsMetadata],
        table: &Table,
        within: &str,
    ) {
        if let ([], Some(first)) = (declared, table.entries.first()) {
            return self.mistakes.push(ConfigurationError::NoSettings {
                path: self.path.to_owned(),
                line: first.line,
                plugin: plugin.escape_debug().to_string(),
                key: key_of(within, &first.key),
            });
        }
        let names: Vec<_> = declared.iter().flat_map(|it| &it.settings).collect();
        self.unknown_of(&names, table, within);
    }

    fn unknown_of(&mut self, settings: &[&SettingMetadata], table: &Table, within: &str) {
        // Two implementations may declare one setting.
        let mut seen = HashSet::new();
        let names = settings.iter().map(|setting| &*setting.name);
        let names: Vec<_> = names.filter(|name| seen.insert(*name)).collect();
        for entry in table.entries.iter().filter(|entry| !seen.contains(&*entry.key)) {
            self.mistakes.push(ConfigurationError::UnknownKey {
                path: self.path.to_owned(),
                line: entry.line,
                key: key_of(within, &entry.key),
                expected: known(names.iter().copied()),
                suggestion: suggestion(&entry.key, names.iter().copied()),
            });
        }
    }

    /// Writes the settings of a table: for each a byte that says whether it has a
    /// value, and the value.
    fn table(
        &mut self,
        out: &mut Vec<u8>,
        settings: &[SettingMetadata],
        table: &Table,
        within: &str,
    ) {
        for setting in settings {
            let key = key_of(within, &setting.name);
            match (table.get(&setting.name), &setting.kind) {
                (Some(value), kind) => {
                    out.push(1);
                    self.value(out, kind, value, &key);
                }
                // Its own settings may be required.
                (None, SettingKind::Table(settings)) => {
                    out.push(1);
                    let empty = Table { line: table.line, entries: Vec::new() };
                    self.table(out, settings, &empty, &key);
                }
                (None, kind) => {
                    if setting.is_required() {
                        self.mistakes.push(ConfigurationError::Missing {
                            path: self.path.to_owned(),
                            line: table.line,
                            key,
                            expected: kind.to_string(),
                        });
                    }
                    out.push(0);
                }
            }
        }
    }

    fn value(&mut self, out: &mut Vec<u8>, kind: &SettingKind, value: &Value, key: &str) {
        match (kind, &value.data) {
            (SettingKind::Optional(kind), _) => self.value(out, kind, value, key),
            (SettingKind::Bool, Data::Bool(it)) => out.push((*it).into()),
            (SettingKind::Integer { least, most }, Data::Integer(Some(number), _))
                if (least..=most).contains(&number) =>
            {
                out.extend(number.to_le_bytes());
            }
            (SettingKind::Float { least, most }, Data::Float(number, _))
                if (least..=most).contains(&number) =>
            {
                out.extend(number.to_le_bytes());
            }
            (SettingKind::Float { least, most }, Data::Integer(Some(number), _))
                if (*least..=*most).contains(&(*number as f64)) =>
            {
                out.extend((*number as f64).to_le_bytes());
            }
            (SettingKind::Text | SettingKind::FilePath, Data::Text(text)) => write_text(out, text),
            (SettingKind::Choice(choices), Data::Text(text))
                if choices.iter().any(|choice| choice.name == *text) =>
            {
                let number = choices.iter().position(|choice| choice.name == *text);
                out.extend((number.unwrap_or_default() as u32).to_le_bytes());
            }
            (SettingKind::List(kind), Data::List(items)) => {
                write_len(out, items.len());
                for (i, item) in items.iter().enumerate() {
                    self.value(out, kind, item, &format!("{key}[{i}]"));
                }
            }
            (SettingKind::Map(kind), Data::Table(table)) => {
                write_len(out, table.entries.len());
                for entry in &table.entries {
                    write_text(out, &entry.key);
                    self.value(out, kind, &entry.value, &key_of(key, &entry.key));
                }
            }
            (SettingKind::Table(settings), Data::Table(table)) => {
                let all: Vec<_> = settings.iter().collect();
                self.unknown_of(&all, table, key);
                self.table(out, settings, table, key);
            }
            _ => self.wrong(kind, value, key),
        }
    }

    fn wrong(&mut self, kind: &SettingKind, value: &Value, key: &str) {
        let suggestion = match (kind, &value.data) {
            (SettingKind::Choice(choices), Data::Text(text)) => {
                suggestion(text, choices.iter().map(|choice| &*choice.name))
            }
            _ => None,
        };
        self.mistakes.push(ConfigurationError::Value {
            path: self.path.to_owned(),
            line: value.line,
            key: key.to_owned(),
            expected: kind.to_string(),
            found: value.found().into(),
            suggestion,
        });
    }
}

fn write_len(out: &mut Vec<u8>, len: usize) {
    // The file is not larger than that.
    out.extend((len as u32).to_le_bytes());
}

fn write_text(out: &mut Vec<u8>, text: &str) {
    write_len(out, text.len());
    out.extend(text.bytes());
}
