//! Reads a `plugins.toml`. Each mistake is an error with its line.

use std::collections::BTreeMap;
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::Arc;

use toml::de::DeTable;

use super::file::{Configuration, Content, Named, Section};
use super::names::{key_of, known, suggestion};
use super::value::{Data, Table, Value, table};

use crate::host::error::ConfigurationError;
use crate::host::file::lines::Lines;
use crate::host::file::open::open_without_waiting;

/// The largest file that is read.
const MOST: u64 = 4 << 20;

impl Configuration {
    /// Reads a `plugins.toml`.
    ///
    /// # Errors
    ///
    /// If the file cannot be read or has a mistake. The error says the line,
    /// what was expected there and what was found. The settings of the plugins
    /// are compared with their libraries later, when these are loaded.
    ///
    /// ```
    /// let error = plugin_interface::Configuration::read("no/such/plugins.toml").unwrap_err();
    /// assert!(error.to_string().contains("no/such/plugins.toml"));
    /// ```
    pub fn read(path: impl AsRef<Path>) -> Result<Self, ConfigurationError> {
        let path = path.as_ref();
        let unreadable = |source| ConfigurationError::Read { path: path.to_owned(), source };
        let file = open_without_waiting(path).map_err(unreadable)?;
        let metadata = file.metadata().map_err(unreadable)?;
        if !metadata.is_file() {
            return Err(unreadable(io::Error::other("it is no regular file")));
        }
        let mut content = Vec::new();
        file.take(MOST + 1).read_to_end(&mut content).map_err(unreadable)?;
        let found = metadata.len().max(content.len() as u64);
        match found > MOST {
            true => Err(ConfigurationError::TooLarge { path: path.to_owned(), most: MOST, found }),
            false => Self::parse(path, &content),
        }
    }

    /// Reads a configuration from its content, such as one that the host has
    /// stored elsewhere. Errors name `path`.
    ///
    /// # Errors
    ///
    /// If it has a mistake, as [`read`](Self::read).
    pub fn parse(path: impl AsRef<Path>, content: &[u8]) -> Result<Self, ConfigurationError> {
        let path = path.as_ref();
        let owned = || path.to_owned();
        if content.len() as u64 > MOST {
            let found = content.len() as u64;
            return Err(ConfigurationError::TooLarge { path: owned(), most: MOST, found });
        }
        let text = core::str::from_utf8(content).map_err(|error| {
            let at = error.valid_up_to();
            let (line, byte) = (Lines::of(&content[..at]).number(at), content[at]);
            ConfigurationError::NotText { path: owned(), line, byte }
        })?;
        let lines = Lines::of(content);
        let parsed = DeTable::parse(text).map_err(|error| {
            let line = lines.number(error.span().map_or(0, |span| span.start));
            let found = text.lines().nth(line - 1).unwrap_or_default();
            let found = found.chars().take(80).map(visible).collect();
            let message = error.message().replace('\n', ", ");
            ConfigurationError::Syntax { path: owned(), line, message, found }
        })?;
        let whole = table(&lines, 1, parsed.get_ref());
        let reader = Reader { path };
        reader.check_keys(&whole, "", &["order", "plugins"])?;
        let order = whole.get("order").map_or(Ok(Vec::new()), |value| reader.order(value))?;
        let mut plugins = BTreeMap::new();
        if let Some(value) = whole.get("plugins") {
            for entry in &reader.table(value, "plugins", "a table for each plugin")?.entries {
                plugins.insert(entry.key.clone(), reader.section(&entry.key, &entry.value)?);
            }
        }
        // What is left are the settings, which stay as they are.
        let content = Content { path: owned(), text: text.to_owned(), order, plugins };
        Ok(Configuration(Arc::new(content)))
    }
}

struct Reader<'p> {
    path: &'p Path,
}

impl Reader<'_> {
    fn wrong(&self, value: &Value, key: &str, expected: &str) -> ConfigurationError {
        ConfigurationError::Value {
            path: self.path.to_owned(),
            line: value.line,
            key: key.to_owned(),
            expected: expected.to_owned(),
            found: value.found().into(),
            suggestion: None,
        }
    }

    fn table<'v>(
        &self,
        value: &'v Value,
        key: &str,
        expected: &str,
    ) -> Result<&'v Table, ConfigurationError> {
        match &value.data {
            Data::Table(table) => Ok(table),
            _ => Err(self.wrong(value, key, expected)),
        }
    }

    fn check_keys(
        &self,
        table: &Table,
        within: &str,
        keys: &[&str],
    ) -> Result<(), ConfigurationError> {
        let unknown = table.entries.iter().find(|entry| !keys.contains(&&*entry.key));
        let Some(entry) = unknown else { return Ok(()) };
        Err(ConfigurationError::UnknownKey {
            path: self.path.to_owned(),
            line: entry.line,
            key: key_of(within, &entry.key),
            expected: known(keys.iter().copied()),
            suggestion: suggestion(&entry.key, keys.iter().copied()),
        })
    }

    fn order(&self, value: &Value) -> Result<Vec<Named>, ConfigurationError> {
        let expected = "a list of the names of packages";
        let Data::List(items) = &value.data else {
            return Err(self.wrong(value, "order", expected));
        };
        let (mut order, mut seen) = (Vec::new(), BTreeMap::new());
        for item in items {
            let Data::Text(plugin) = &item.data else {
                return Err(self.wrong(item, "order", expected));
            };
            if let Some(first) = seen.insert(plugin.as_str(), item.line) {
                let (line, plugin) = (item.line, printable(plugin));
                let path = self.path.to_owned();
                return Err(ConfigurationError::Repeated { path, line, first, plugin });
            }
            order.push(Named { plugin: plugin.clone(), line: item.line });
        }
        Ok(order)
    }

    fn section(&self, plugin: &str, value: &Value) -> Result<Section, ConfigurationError> {
        let key = key_of("plugins", plugin);
        let table = self.table(value, &key, "a table")?;
        self.check_keys(table, &key, &["enabled", "settings"])?;
        let enabled = match table.get("enabled") {
            None => None,
            Some(Value { data: Data::Bool(enabled), line }) => Some((*enabled, *line)),
            Some(value) => {
                return Err(self.wrong(value, &key_of(&key, "enabled"), "true or false"));
            }
        };
        if let Some(value) = table.get("settings") {
            self.table(value, &key_of(&key, "settings"), "a table")?;
        }
        Ok(Section { line: table.line, enabled, settings: Section::settings_of(table) })
    }
}

/// Replaces what would disturb a terminal.
fn visible(c: char) -> char {
    if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }
}

/// Returns a name without what would disturb a terminal.
fn printable(name: &str) -> String {
    name.escape_debug().to_string()
}
