//! The error of a `plugins.toml`.

use core::fmt;
use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};

use super::class::ErrorClass;
use super::debug::debug_as_message;

/// A mistake in a `plugins.toml`, with its file and line.
///
/// ```
/// # #[cfg(feature = "configure")]
/// # fn main() {
/// use plugin_interface::Configuration;
///
/// let error = Configuration::parse("plugins.toml", b"odrer = []\n").unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "plugins.toml:1: expected `order` or `plugins`, found the key `odrer`; did you mean `order`?"
/// );
/// # }
/// # #[cfg(not(feature = "configure"))]
/// # fn main() {}
/// ```
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum ConfigurationError {
    /// The file cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// The file is larger than any configuration.
    #[error(
        "{} is too large: expected at most {most} bytes, found {found}; is it a plugins.toml?",
        path.display()
    )]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The largest size that is read.
        most: u64,
        /// The size of the file.
        found: u64,
    },
    /// The file has bytes that are no text.
    #[error("{}:{line}: expected text in UTF-8, found the byte {byte:#04x}", path.display())]
    NotText {
        /// The file.
        path: PathBuf,
        /// The line.
        line: usize,
        /// The first such byte.
        byte: u8,
    },
    /// The file is no TOML.
    #[error("{}:{line}: {message}, found `{found}`", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// The line.
        line: usize,
        /// The message of the parser.
        message: String,
        /// The text of the line.
        found: String,
    },
    /// A key that has no meaning there.
    #[error(
        "{}:{line}: expected {expected}, found the key `{key}`{}",
        path.display(),
        did_you_mean(suggestion)
    )]
    UnknownKey {
        /// The file.
        path: PathBuf,
        /// The line.
        line: usize,
        /// The key, from the begin of the file: `plugins.resize.settings.qualty`.
        key: String,
        /// The keys that are known there.
        expected: String,
        /// The most similar one.
        suggestion: Option<Box<str>>,
    },
    /// A value that the key does not allow.
    #[error(
        "{}:{line}: expected {expected} for `{key}`, found {found}{}",
        path.display(),
        did_you_mean(suggestion)
    )]
    Value {
        /// The file.
        path: PathBuf,
        /// The line.
        line: usize,
        /// The key, from the begin of the file.
        key: String,
        /// The allowed values.
        expected: String,
        /// The value.
        found: Box<str>,
        /// The most similar one, of texts.
        suggestion: Option<Box<str>>,
    },
    /// A required setting without a value.
    #[error("{}{}: expected {expected} for `{key}`, found no value", path.display(), at(*line))]
    Missing {
        /// The file.
        path: PathBuf,
        /// The line of the table that lacks it; 0 if that is not there either.
        line: usize,
        /// The key, from the begin of the file.
        key: String,
        /// The allowed values.
        expected: String,
    },
    /// Settings for a plugin that declares none.
    #[error(
        "{}:{line}: the plugin {plugin} has no settings, found the key `{key}`; remove it",
        path.display()
    )]
    NoSettings {
        /// The file.
        path: PathBuf,
        /// The line.
        line: usize,
        /// The plugin's package.
        plugin: String,
        /// The first key, from the begin of the file.
        key: String,
    },
    /// A plugin that the order names twice.
    #[error(
        "{}:{line}: `order` names {plugin} again, after line {first}; remove one",
        path.display()
    )]
    Repeated {
        /// The file.
        path: PathBuf,
        /// The line.
        line: usize,
        /// The line of the first one.
        first: usize,
        /// The plugin's package.
        plugin: String,
    },
    /// A plugin that is not in the directory.
    #[error(
        "{}:{line}: no plugin in {} is of the package {plugin}{}",
        path.display(),
        directory.display(),
        did_you_mean(suggestion)
    )]
    UnknownPlugin {
        /// The file.
        path: PathBuf,
        /// The line.
        line: usize,
        /// The name in the file.
        plugin: String,
        /// The directory of the plugins.
        directory: PathBuf,
        /// The most similar package.
        suggestion: Option<Box<str>>,
    },
}

debug_as_message!(ConfigurationError);

impl ConfigurationError {
    /// Returns the configuration file.
    pub fn path(&self) -> &Path {
        use ConfigurationError as E;
        match self {
            E::Read { path, .. }
            | E::TooLarge { path, .. }
            | E::NotText { path, .. }
            | E::Syntax { path, .. }
            | E::UnknownKey { path, .. }
            | E::Value { path, .. }
            | E::Missing { path, .. }
            | E::NoSettings { path, .. }
            | E::Repeated { path, .. }
            | E::UnknownPlugin { path, .. } => path,
        }
    }

    /// Returns the line of the mistake, from 1; 0 if it is that of no line.
    pub fn line(&self) -> usize {
        use ConfigurationError as E;
        match self {
            E::Read { .. } | E::TooLarge { .. } => 0,
            E::NotText { line, .. }
            | E::Syntax { line, .. }
            | E::UnknownKey { line, .. }
            | E::Value { line, .. }
            | E::Missing { line, .. }
            | E::NoSettings { line, .. }
            | E::Repeated { line, .. }
            | E::UnknownPlugin { line, .. } => *line,
        }
    }

    /// Returns the class of the error: what a program does about it.
    pub fn class(&self) -> ErrorClass {
        match self {
            ConfigurationError::Read { source, .. } => ErrorClass::of(source),
            _ => ErrorClass::Failed,
        }
    }
}

fn did_you_mean(suggestion: &Option<Box<str>>) -> String {
    suggestion.as_ref().map(|it| format!("; did you mean `{it}`?")).unwrap_or_default()
}

fn at(line: usize) -> String {
    if line == 0 { String::new() } else { format!(":{line}") }
}

/// Prints mistakes: one behind a colon, several in lines of their own.
pub(super) struct Mistakes<'a>(pub(super) &'a [ConfigurationError]);

impl fmt::Display for Mistakes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            [one] => write!(f, " {one}"),
            all => all.iter().try_for_each(|error| write!(f, "\n  {error}")),
        }
    }
}
