//! The keys that a host trusts.

use std::collections::BTreeMap;
use std::path::Path;

use minisign_verify::PublicKey;

use super::minisign::{KeyId, Line, fault, lines};
use super::small_file;
use crate::host::error::SignatureError;
use crate::host::platform;

/// The largest file of keys: that of a thousand.
const MOST: u64 = 1 << 20;

const COMMENT: &str = "a line that begins with `untrusted comment: `";
const KEY: &str = "a public key of `minisign`, which is 56 digits of base64";

/// A public key of `minisign` that a host trusts.
///
/// [`LoadPolicy::trusted_keys`](crate::LoadPolicy::trusted_keys) takes them.
///
/// ```
/// use plugin_interface::{LoadPolicy, TrustedKey};
///
/// // The second line of a file that `minisign -G` wrote.
/// const KEY: &str = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3";
///
/// let key = TrustedKey::parse(KEY)?;
/// assert_eq!(key.id().to_string(), "E7620F1842B4E81F");
/// let policy = LoadPolicy::new().trusted_keys([key]);
/// # Ok::<(), plugin_interface::SignatureError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedKey {
    id: KeyId,
    comment: String,
    key: PublicKey,
}

impl TrustedKey {
    /// Parses a key that is built into the host: the second line of a public
    /// key file.
    ///
    /// # Errors
    ///
    /// If it is no public key of `minisign`.
    pub fn parse(key: &str) -> Result<Self, SignatureError> {
        let path = Path::new("the trusted key");
        read_key(&Line { path, number: 1, text: Some(key.trim()) }, "")
    }

    /// Reads a file of keys: one public key file of `minisign`, or several one
    /// after the other.
    ///
    /// # Errors
    ///
    /// If the file cannot be read or has something else in it. The error says
    /// the line. If others than its owner may write it: anybody who may add a key
    /// may sign.
    pub fn read(path: impl AsRef<Path>) -> Result<Vec<Self>, SignatureError> {
        let path = path.as_ref();
        // Before it is read: then nobody else can put another file there meanwhile.
        check_writers(path)?;
        let content = small_file::read(path, MOST).map_err(|it| fault(path, MOST, it))?;
        Self::parse_file(path, &content)
    }

    /// Parses the content of a file of keys, such as one that is built in by
    /// `include_bytes!`. Errors name `path`.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read), but for those of the file itself.
    pub fn parse_file(path: impl AsRef<Path>, content: &[u8]) -> Result<Vec<Self>, SignatureError> {
        let path = path.as_ref();
        let text = small_file::text(content, MOST).map_err(|it| fault(path, MOST, it))?;
        let (mut keys, mut seen) = (Vec::new(), BTreeMap::new());
        let mut next = lines(path, text);
        loop {
            let line = next();
            if line.is_blank() {
                continue;
            }
            if line.text.is_none() {
                return Ok(keys);
            }
            let comment = line.after("untrusted comment: ", COMMENT)?;
            let line = next();
            let key = read_key(&line, comment)?;
            if let Some(first) = seen.insert(key.id, line.number) {
                let (path, line, key) = (path.to_owned(), line.number, key.id.to_string());
                return Err(SignatureError::DuplicateKey { path, line, first, key });
            }
            keys.push(key);
        }
    }

    /// Returns the id of the key.
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// Returns the comment above the key in its file; empty without one.
    pub fn comment(&self) -> &str {
        &self.comment
    }

    pub(super) fn key(&self) -> &PublicKey {
        &self.key
    }
}

fn read_key(line: &Line<'_>, comment: &str) -> Result<TrustedKey, SignatureError> {
    let decoded: [u8; 42] = line.decode(KEY)?;
    if decoded[..2] != *b"Ed" {
        return Err(line.other_algorithm("a public key of the algorithm Ed", &decoded[..2]));
    }
    let key = line.text.and_then(|text| PublicKey::from_base64(text).ok());
    let key = key.ok_or_else(|| line.wrong(KEY))?;
    Ok(TrustedKey { id: KeyId::of(&decoded), comment: comment.to_owned(), key })
}

/// Refuses a file that others than its owner may write or replace, or that
/// somebody else owns.
fn check_writers(path: &Path) -> Result<(), SignatureError> {
    let unreadable = |error| SignatureError::Read { path: path.to_owned(), error };
    check_way(path, &std::path::absolute(path).map_err(unreadable)?)
}

/// Checks each place on the way to a file, from the root on, and where its links
/// lead. So nobody else may replace a link that is followed.
fn check_way(path: &Path, way: &Path) -> Result<(), SignatureError> {
    let unreadable = |error| SignatureError::Read { path: path.to_owned(), error };
    let places: Vec<_> = way.ancestors().collect();
    for place in places.into_iter().rev() {
        let target = place.metadata().map_err(unreadable)?;
        let link = place.symlink_metadata().map_err(unreadable)?;
        // Anybody may add a link to a sticky directory.
        let is_foreign = link.is_symlink() && !platform::is_trusted_in_sticky(&link, &target);
        if platform::may_others_write(&target) || is_foreign {
            let (path, culprit) = (path.to_owned(), place.to_owned());
            return Err(SignatureError::OthersMayWrite { path, culprit });
        }
        if link.is_symlink() {
            let target = place.read_link().map_err(unreadable)?;
            check_way(path, &place.parent().unwrap_or(place).join(target))?;
        }
    }
    Ok(())
}
