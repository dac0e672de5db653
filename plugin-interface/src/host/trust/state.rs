//! What is known about a file: its states, for those who list files.

use core::fmt;
use std::path::{Path, PathBuf};

use super::exception::TrustException;
use super::gate::{Found, Gate};
use super::library_file::LibraryFile;
use super::minisign::KeyId;
use super::requirement::Requirement;
use super::signature::SignatureFile;
use super::verify::LockState;
use crate::host::error::LoadError;

/// What is known about a file under a policy.
///
/// [`LoadPolicy::trust_of`](crate::LoadPolicy::trust_of) returns it. It prints as
/// `locked, signed by E7620F1842B4E81F`, as `revoked`, and the like.
#[derive(Debug)]
#[non_exhaustive]
pub struct FileTrust {
    /// The file.
    pub path: PathBuf,
    /// Its SHA-256 digest, as 64 hexadecimal digits.
    pub sha256: String,
    /// Its state in the lock of the policy, if that has one.
    pub lock: Option<LockState>,
    /// The state of its signature.
    pub signature: SignatureState,
    /// `true` if its digest or its key is revoked.
    pub is_revoked: bool,
    /// The approval that the policy asks for.
    pub policy: Requirement,
    /// The exception from that, by which it loads.
    pub exception: Option<TrustException>,
    /// The error that a load would return for one of these reasons.
    pub error: Option<LoadError>,
}

/// The state of a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignatureState {
    /// A trusted key signed the file.
    Signed {
        /// The id of the key.
        key: KeyId,
        /// The trusted comment.
        comment: String,
    },
    /// There is no signature.
    Unsigned,
    /// The key is not trusted, so nobody can tell whether the signature is right.
    UnknownKey {
        /// The id of the key.
        key: KeyId,
    },
    /// The signature is wrong or damaged.
    Invalid,
}

/// Writes `signed by KEY`, `unsigned`, `signed by the unknown key KEY`, or
/// `wrongly signed`.
impl fmt::Display for SignatureState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SignatureState::Signed { key, .. } => write!(f, "signed by {key}"),
            SignatureState::Unsigned => f.write_str("unsigned"),
            SignatureState::UnknownKey { key } => write!(f, "signed by the unknown key {key}"),
            SignatureState::Invalid => f.write_str("wrongly signed"),
        }
    }
}

impl fmt::Display for FileTrust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_revoked {
            return f.write_str("revoked");
        }
        if let Some(lock) = self.lock {
            write!(f, "{lock}, ")?;
        }
        self.signature.fmt(f)
    }
}

impl Gate {
    /// Returns what is known about a file, which is read where it is.
    pub(super) fn state(&self, path: &Path) -> Result<FileTrust, LoadError> {
        let library = LibraryFile::open(path)?;
        let described = library.described()?.with(library.digests()?);
        let mut found = Found::default();
        let content =
            self.check_content(path, library.len(), false, &mut found, |each| library.read(each));
        let file = SignatureFile::of(path);
        let key = file.as_ref().ok().and_then(Option::as_ref).map(|file| file.key);
        let is_revoked = self.revocations(path)?.check(path, &described.sha256, key).is_err();
        let (signature, signer) = match file {
            Err(_) => (SignatureState::Invalid, Ok(None)),
            Ok(None) => (SignatureState::Unsigned, Ok(None)),
            Ok(Some(file)) if !self.keys.contains_key(&file.key) => {
                (SignatureState::UnknownKey { key: file.key }, Ok(None))
            }
            Ok(Some(file)) => match self.signer(path, &library, &described) {
                Ok(Some(key)) => {
                    let comment = file.comment().to_owned();
                    (SignatureState::Signed { key, comment }, Ok(Some(key)))
                }
                other => (SignatureState::Invalid, other),
            },
        };
        let in_lock = self.lock.as_ref().map(|lock| lock.compare(path, &described));
        let lock = in_lock.as_ref().map(|result| match result {
            Ok(()) => LockState::Locked,
            Err(LoadError::Unlocked { .. }) => LockState::Unlocked,
            Err(_) => LockState::Modified,
        });
        let modified = in_lock.and_then(Result::err).filter(|_| lock == Some(LockState::Modified));
        let differs = modified.or(signer.err()).filter(|_| !self.is_excepted(path));
        let error = content.err().or(differs);
        Ok(FileTrust {
            path: path.to_owned(),
            sha256: described.sha256,
            lock,
            signature,
            is_revoked,
            policy: self.required(),
            exception: found.exception,
            error,
        })
    }
}
