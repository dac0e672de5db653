//! Reads a lock file. Each fault is an error with its line.

use std::collections::BTreeMap;
use std::path::Path;

use super::error::LockError;
use super::lock::{LockedInterface, LockedPlugin, PluginLock};
use super::minisign::KeyId;
use super::small_file::{self, Fault};
use super::text::{At, Table, Text};
use crate::host::file::lines::Lines;

/// The version of the format.
pub(super) const VERSION: u32 = 1;

/// The largest lock: that of more than ten thousand plugins.
const MOST: u64 = 16 << 20;

const KEYS: &[&str] = &["version", "plugin"];
const PLUGIN: &[&str] = &[
    "file",
    "name",
    "version",
    "abi",
    "size",
    "sha256",
    "blake3",
    "build-id",
    "key",
    "note",
    "interfaces",
];
const DIGEST: &str = "64 lower-case hexadecimal digits";
const INTERFACE: &[&str] = &["path", "version", "fingerprint"];

impl PluginLock {
    /// Reads a lock file.
    ///
    /// # Errors
    ///
    /// If the file cannot be read or is no lock. The error says the line, what
    /// was expected there and what was found.
    ///
    /// ```
    /// let error = plugin_interface::PluginLock::read("no/such/plugins.lock").unwrap_err();
    /// assert!(error.to_string().contains("no/such/plugins.lock"));
    /// ```
    pub fn read(path: impl AsRef<Path>) -> Result<Self, LockError> {
        let path = path.as_ref();
        let content = small_file::read(path, MOST).map_err(|it| fault(path, MOST, it))?;
        Self::parse(path, &content)
    }

    /// Reads a lock from its content, such as one that the host has built in.
    /// Errors name `path`.
    ///
    /// # Errors
    ///
    /// If it is no lock, as [`read`](Self::read).
    ///
    /// ```
    /// use plugin_interface::PluginLock;
    ///
    /// let lock = PluginLock::parse("built in", b"version = 1\n")?;
    /// assert_eq!(lock.plugins().count(), 0);
    /// # Ok::<(), plugin_interface::LockError>(())
    /// ```
    pub fn parse(path: impl AsRef<Path>, content: &[u8]) -> Result<Self, LockError> {
        let path = path.as_ref();
        let text = small_file::text(content, MOST).map_err(|it| fault(path, MOST, it))?;
        let lines = Lines::of(text.as_bytes());
        let text = Text { path, text, lines: &lines };
        let parsed = text.parse()?;
        let table = text.table(parsed.get_ref(), "the lock");
        check_version(path, &table)?;
        table.check_keys(KEYS)?;
        let mut plugins = BTreeMap::<String, LockedPlugin>::new();
        for plugin in table.tables("plugin", "a plugin")? {
            let plugin = read_plugin(&plugin)?;
            if let Some(first) = plugins.get(&plugin.file) {
                let (path, file) = (path.to_owned(), plugin.file);
                let (line, first) = (plugin.line, first.line);
                return Err(LockError::Duplicate { path, line, first, file });
            }
            plugins.insert(plugin.file.clone(), plugin);
        }
        Ok(PluginLock { path: path.to_owned(), plugins })
    }
}

pub(super) fn fault(path: &Path, most: u64, fault: Fault) -> LockError {
    let path = path.to_owned();
    match fault {
        Fault::Read(source) => LockError::Read { path, source },
        Fault::TooLarge(found) => LockError::TooLarge { path, most, found },
        Fault::Empty => LockError::Empty { path },
        Fault::NotText(line, byte) => LockError::NotText { path, line, byte },
    }
}

/// Refuses another version before anything else is read.
pub(super) fn check_version(path: &Path, table: &Table<'_>) -> Result<(), LockError> {
    let value = table.required("version", table.value("version"))?;
    if table.optional_number("version").ok().flatten() == Some(VERSION.into()) {
        return Ok(());
    }
    match table.wrong("version", value, "a number") {
        LockError::Value { line, found, .. } => {
            Err(LockError::Version { path: path.to_owned(), line, expected: VERSION, found })
        }
        error => Err(error),
    }
}

fn read_plugin(table: &Table<'_>) -> Result<LockedPlugin, LockError> {
    table.check_keys(PLUGIN)?;
    let file = table.text("file", "the name of a file, without a directory", is_file_name)?;
    let any = |_: &str| true;
    let size = table.optional_number("size")?;
    let version = table.optional_text("version", "a text", any)?;
    let blake3 = table.optional_text("blake3", DIGEST, is_digest)?;
    let build_id = table.optional_text("build-id", "lower-case hexadecimal digits", is_hex)?;
    let key =
        table.optional_text("key", "the 16 upper-case hexadecimal digits of a key", is_key)?;
    let note = table.optional_text("note", "a text", any)?;
    let interfaces = table.tables("interfaces", "an interface")?;
    let mut interfaces =
        interfaces.iter().map(read_interface).collect::<Result<Vec<_>, LockError>>()?;
    interfaces.sort();
    Ok(LockedPlugin {
        file: file.value.to_owned(),
        name: table.text("name", "a text", any)?.value.to_owned(),
        version: owned(version),
        abi: read_abi(table)?,
        size: table.required("size", size)?,
        sha256: table.text("sha256", DIGEST, is_digest)?.value.to_owned(),
        blake3: owned(blake3),
        build_id: owned(build_id),
        interfaces,
        key: key.and_then(|key| KeyId::parse(key.value)),
        note: owned(note),
        line: file.line,
    })
}

/// Returns an optional text; empty if it is not there.
fn owned(text: Option<At<&str>>) -> String {
    text.map(|it| it.value.to_owned()).unwrap_or_default()
}

fn read_abi(table: &Table<'_>) -> Result<Option<u32>, LockError> {
    let Some(abi) = table.optional_number("abi")? else { return Ok(None) };
    match (u32::try_from(abi), table.value("abi")) {
        (Err(_), Some(value)) => Err(table.wrong("abi", value, "a number of 32 bits")),
        (abi, _) => Ok(abi.ok()),
    }
}

fn read_interface(table: &Table<'_>) -> Result<LockedInterface, LockError> {
    table.check_keys(INTERFACE)?;
    let expected = "0x and 32 lower-case hexadecimal digits";
    let fingerprint = table.text("fingerprint", expected, |text| fingerprint(text).is_some())?;
    Ok(LockedInterface {
        path: table.text("path", "a text", |_| true)?.value.to_owned(),
        version: table.text("version", "a text", |_| true)?.value.to_owned(),
        fingerprint: fingerprint_of(fingerprint.value),
    })
}

fn fingerprint_of(text: &str) -> u128 {
    fingerprint(text).unwrap_or_default()
}

fn fingerprint(text: &str) -> Option<u128> {
    let digits = text.strip_prefix("0x").filter(|it| it.len() == 32 && is_hex(it))?;
    u128::from_str_radix(digits, 16).ok()
}

pub(super) fn is_key(text: &str) -> bool {
    KeyId::parse(text).is_some_and(|id| id.to_string() == text)
}

fn is_hex(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

pub(super) fn is_digest(text: &str) -> bool {
    text.len() == 64 && is_hex(text)
}

fn is_file_name(text: &str) -> bool {
    !matches!(text, "" | "." | "..") && !text.contains(['/', '\\', '\0'])
}
