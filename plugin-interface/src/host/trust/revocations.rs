//! A list of files and keys that were approved once and are not any more.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::error::LockError;
use super::minisign::KeyId;
use super::read::{check_version, fault, is_digest, is_key};
use super::small_file;
use super::text::{Table, Text};
use crate::host::error::{LoadError, Revocation};
use crate::host::file::lines::Lines;

/// The largest list: that of more than ten thousand entries.
const MOST: u64 = 16 << 20;

const KEYS: &[&str] = &["version", "revoked"];
const REVOKED: &[&str] = &["sha256", "key", "reason"];

/// The content of a `plugins.revoked`.
#[derive(Debug, Default)]
pub(crate) struct Revocations {
    path: PathBuf,
    digests: BTreeMap<String, Reason>,
    keys: BTreeMap<KeyId, Reason>,
}

#[derive(Debug)]
struct Reason {
    line: usize,
    text: String,
}

impl Revocations {
    pub(super) fn read(path: &Path) -> Result<Self, LockError> {
        let content = small_file::read(path, MOST).map_err(|it| fault(path, MOST, it))?;
        Self::parse(path, &content)
    }

    fn parse(path: &Path, content: &[u8]) -> Result<Self, LockError> {
        let text = small_file::text(content, MOST).map_err(|it| fault(path, MOST, it))?;
        let lines = Lines::of(text.as_bytes());
        let text = Text { path, text, lines: &lines };
        let parsed = text.parse()?;
        let table = text.table(parsed.get_ref(), "the list of what is revoked");
        check_version(path, &table)?;
        table.check_keys(KEYS)?;
        let mut revocations = Revocations { path: path.to_owned(), ..Self::default() };
        for table in table.tables("revoked", "what is revoked")? {
            revocations.add(&table)?;
        }
        Ok(revocations)
    }

    fn add(&mut self, table: &Table<'_>) -> Result<(), LockError> {
        table.check_keys(REVOKED)?;
        let digest =
            table.optional_text("sha256", "64 lower-case hexadecimal digits", is_digest)?;
        let expected = "the 16 upper-case hexadecimal digits of a key";
        let key = table.optional_text("key", expected, is_key)?;
        let text = table.optional_text("reason", "a text", |_| true)?;
        let text = text.map(|text| text.value.to_owned()).unwrap_or_default();
        let reason = |line| Reason { line, text: text.clone() };
        if digest.is_none() && key.is_none() {
            return table.required("sha256", None);
        }
        // An entry with both takes back both.
        self.digests.extend(digest.map(|it| (it.value.to_owned(), reason(it.line))));
        self.keys.extend(key.and_then(|it| Some((KeyId::parse(it.value)?, reason(it.line)))));
        Ok(())
    }

    /// Refuses a library with that digest, or with a signature by that key.
    pub(super) fn check(
        &self,
        path: &Path,
        digest: &str,
        key: Option<KeyId>,
    ) -> Result<(), LoadError> {
        let (what, value, reason) = match (self.digests.get(digest), key) {
            (Some(reason), _) => ("SHA-256 digest", digest.to_owned(), reason),
            (None, Some(key)) => match self.keys.get(&key) {
                Some(reason) => ("key", key.to_string(), reason),
                None => return Ok(()),
            },
            (None, None) => return Ok(()),
        };
        let (list, line) = (self.path.clone(), reason.line);
        let reason = reason.text.clone();
        let revocation = Revocation { list, line, what, value, reason, is_loaded: false };
        Err(LoadError::Revoked { path: path.to_owned(), revocation: Box::new(revocation) })
    }
}
