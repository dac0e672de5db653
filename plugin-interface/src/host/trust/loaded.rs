//! What is taken down of a library that is loaded, so that a later revocation
//! finds it.

use std::path::PathBuf;

use super::minisign::KeyId;
use crate::host::file::digest::Digest;

/// The content of a library that is loaded, as it was when it was checked.
#[derive(Clone, Debug)]
pub(crate) struct LoadedContent {
    pub(crate) path: PathBuf,
    /// The SHA-256 digest.
    pub(super) digest: Digest,
    /// The key that signed it, as its signature said.
    pub(super) key: Option<KeyId>,
}
