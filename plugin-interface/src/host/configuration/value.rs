//! The values of a `plugins.toml`, each with its line.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::host::file::lines::Lines;

/// A value.
#[derive(Clone, Debug)]
pub(super) struct Value {
    pub(super) line: usize,
    pub(super) data: Data,
}

#[derive(Clone, Debug)]
pub(super) enum Data {
    Bool(bool),
    /// `None` beyond 64 bits, with its text.
    Integer(Option<i64>, String),
    Float(f64, String),
    Text(String),
    Time(String),
    List(Vec<Value>),
    Table(Table),
}

/// A table, in the order of the lines.
#[derive(Clone, Debug)]
pub(super) struct Table {
    /// The line where it begins.
    pub(super) line: usize,
    pub(super) entries: Vec<Entry>,
}

#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) line: usize,
    pub(super) key: String,
    pub(super) value: Value,
}

impl Table {
    pub(super) fn get(&self, key: &str) -> Option<&Value> {
        self.entries.iter().find(|entry| entry.key == key).map(|entry| &entry.value)
    }
}

impl Value {
    /// Returns the value as an error says it.
    pub(super) fn found(&self) -> String {
        let short = |text: &str| text.chars().take(80).collect::<String>();
        match &self.data {
            Data::Bool(value) => value.to_string(),
            Data::Integer(_, text) | Data::Float(_, text) => short(text),
            Data::Text(text) => format!("{:?}", short(text)),
            Data::Time(text) => format!("the time {}", short(text)),
            Data::List(_) => "a list".to_owned(),
            Data::Table(_) => "a table".to_owned(),
        }
    }
}

/// Converts a table of the parser.
pub(super) fn table(lines: &Lines, line: usize, table: &DeTable<'_>) -> Table {
    let entry = |(key, value): (&Spanned<_>, &Spanned<DeValue<'_>>)| Entry {
        line: lines.number(key.span().start),
        key: String::from(std::borrow::Cow::clone(key.get_ref())),
        value: self::value(lines, value),
    };
    let mut entries: Vec<_> = table.iter().map(entry).collect();
    entries.sort_by_key(|entry| entry.line);
    Table { line, entries }
}

fn value(lines: &Lines, spanned: &Spanned<DeValue<'_>>) -> Value {
    let line = lines.number(spanned.span().start);
    let data = match spanned.get_ref() {
        DeValue::Boolean(value) => Data::Bool(*value),
        DeValue::Integer(number) => {
            let value = i64::from_str_radix(number.as_str(), number.radix()).ok();
            Data::Integer(value, number.to_string())
        }
        DeValue::Float(number) => {
            Data::Float(number.as_str().parse().unwrap_or(f64::NAN), number.to_string())
        }
        DeValue::String(text) => Data::Text(text.clone().into_owned()),
        DeValue::Datetime(time) => Data::Time(time.to_string()),
        DeValue::Array(items) => Data::List(items.iter().map(|item| value(lines, item)).collect()),
        DeValue::Table(inner) => Data::Table(table(lines, line, inner)),
    };
    Value { line, data }
}
