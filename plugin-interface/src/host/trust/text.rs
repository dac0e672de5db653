//! The text of a lock file, and its tables with their lines.

use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::LockError;
use super::small_file::shown;
use crate::host::file::lines::Lines;

/// The text of a lock file.
#[derive(Clone, Copy)]
pub(super) struct Text<'t> {
    pub(super) path: &'t Path,
    pub(super) text: &'t str,
    pub(super) lines: &'t Lines,
}

/// A value and the line where it is.
#[derive(Clone, Copy)]
pub(super) struct At<T> {
    pub(super) value: T,
    pub(super) line: usize,
}

/// A table of the file.
#[derive(Clone, Copy)]
pub(super) struct Table<'t> {
    text: Text<'t>,
    entries: &'t DeTable<'t>,
    /// The name of such a table in messages.
    what: &'static str,
    /// The line where it begins.
    pub(super) line: usize,
}

impl<'t> Text<'t> {
    pub(super) fn parse(self) -> Result<Spanned<DeTable<'t>>, LockError> {
        DeTable::parse(self.text).map_err(|error| {
            let offset = error.span().map_or(0, |span| span.start);
            let line = self.lines.number(offset);
            let found = self.text.lines().nth(line - 1).unwrap_or_default();
            let message = error.message().replace('\n', ", ");
            LockError::Syntax { path: self.path.to_owned(), line, message, found: shown(found) }
        })
    }

    /// Returns the outermost table.
    pub(super) fn table(self, entries: &'t DeTable<'t>, what: &'static str) -> Table<'t> {
        Table { text: self, entries, what, line: 1 }
    }

    fn line<T>(self, spanned: &Spanned<T>) -> usize {
        self.lines.number(spanned.span().start)
    }
}

impl<'t> Table<'t> {
    /// Refuses keys that are not known.
    pub(super) fn check_keys(&self, known: &[&str]) -> Result<(), LockError> {
        let unknown = self.entries.keys().find(|key| !known.contains(&&**key.get_ref()));
        let Some(key) = unknown else { return Ok(()) };
        Err(LockError::UnknownKey {
            path: self.text.path.to_owned(),
            line: self.text.line(key),
            of: self.what,
            expected: known.join(", "),
            found: key.get_ref().escape_debug().to_string(),
        })
    }

    pub(super) fn value(&self, key: &str) -> Option<&'t Spanned<DeValue<'t>>> {
        let found = self.entries.iter().find(|(name, _)| name.get_ref() == key);
        found.map(|(_, value)| value)
    }

    pub(super) fn required<T>(&self, key: &'static str, found: Option<T>) -> Result<T, LockError> {
        found.ok_or_else(|| LockError::Missing {
            path: self.text.path.to_owned(),
            line: self.line,
            key,
            of: self.what,
        })
    }

    /// The error of a value of another kind.
    pub(super) fn wrong(
        &self,
        key: &'static str,
        value: &Spanned<DeValue<'_>>,
        expected: &'static str,
    ) -> LockError {
        let found: String = match value.get_ref().as_str() {
            Some(text) => format!("{:?}", text.chars().take(80).collect::<String>()),
            None => match value.get_ref().as_integer() {
                Some(number) => number.to_string(),
                None => format!("a value of the type {}", value.get_ref().type_str()),
            },
        };
        let (path, line) = (self.text.path.to_owned(), self.text.line(value));
        LockError::Value { path, line, key, expected, found }
    }

    /// Returns a text that `is_valid`, if the key is there.
    pub(super) fn optional_text(
        &self,
        key: &'static str,
        expected: &'static str,
        is_valid: impl Fn(&str) -> bool,
    ) -> Result<Option<At<&'t str>>, LockError> {
        let Some(value) = self.value(key) else { return Ok(None) };
        match value.get_ref().as_str().filter(|text| is_valid(text)) {
            Some(text) => Ok(Some(At { value: text, line: self.text.line(value) })),
            None => Err(self.wrong(key, value, expected)),
        }
    }

    /// Returns a text that `is_valid`.
    pub(super) fn text(
        &self,
        key: &'static str,
        expected: &'static str,
        is_valid: impl Fn(&str) -> bool,
    ) -> Result<At<&'t str>, LockError> {
        let found = self.optional_text(key, expected, is_valid)?;
        self.required(key, found)
    }

    /// Returns a number, if the key is there.
    pub(super) fn optional_number(&self, key: &'static str) -> Result<Option<u64>, LockError> {
        let Some(value) = self.value(key) else { return Ok(None) };
        let number = value.get_ref().as_integer();
        let number = number.and_then(|it| u64::from_str_radix(it.as_str(), it.radix()).ok());
        number.map(Some).ok_or_else(|| self.wrong(key, value, "a number that is not negative"))
    }

    /// Returns the tables of an array; none if the key is not there.
    pub(super) fn tables(
        &self,
        key: &'static str,
        what: &'static str,
    ) -> Result<Vec<Table<'t>>, LockError> {
        let Some(value) = self.value(key) else { return Ok(Vec::new()) };
        let wrong = |value| self.wrong(key, value, "an array of tables");
        let array = value.get_ref().as_array().ok_or_else(|| wrong(value))?;
        let table = |value: &'t Spanned<DeValue<'t>>| {
            let entries = value.get_ref().as_table().ok_or_else(|| wrong(value))?;
            Ok(Table { text: self.text, entries, what, line: self.text.line(value) })
        };
        array.iter().map(table).collect()
    }
}
