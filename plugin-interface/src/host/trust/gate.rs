//! The part of a policy that asks whether exactly this file was approved.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::comment::Comment;
use super::exception::TrustException;
use super::keys::TrustedKey;
use super::library_file::{LibraryFile, check_hashable};
use super::loaded::LoadedContent;
use super::lock::{LockedPlugin, PluginLock};
use super::minisign::KeyId;
use super::requirement::Requirement;
use super::revocations::Revocations;
use super::signature::{SIGNATURE_LINE, SignatureFile, path_of};
use super::verify::Locked;
use crate::host::error::{InspectError, LoadError, SignatureError};
use crate::host::file::digest::{Algorithm, Digest, beside, digest_of_parts};
use crate::host::file::paged::PagedFile;
use crate::host::load::check::{AnyMachine, check};
use crate::metadata::PluginMetadata;

/// The lock and the keys of a policy, and what it asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Gate {
    pub(super) lock: Option<Arc<PluginLock>>,
    pub(super) required: Option<Requirement>,
    pub(super) keys: BTreeMap<KeyId, TrustedKey>,
    /// `true` if the host named its keys, of which there may be none.
    pub(super) names_keys: bool,
    /// The names of files that need no signature.
    pub(super) unsigned: BTreeSet<String>,
    /// The folders of files that need no approval.
    pub(super) folders: BTreeSet<PathBuf>,
    /// The list of what is revoked, which is read for each load.
    pub(super) revoked: Option<PathBuf>,
}

/// The result of checking a content, for the comparison with its metadata.
#[derive(Default)]
pub(crate) struct Approval {
    signature: Option<SignatureFile>,
    /// `None` if the policy has no list of what is revoked.
    pub(crate) content: Option<LoadedContent>,
}

/// What a check of a content found out until it ended.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Its digest; `None` if the file was refused before it was read.
    pub(super) digest: Option<(Algorithm, Digest)>,
    /// The trusted key by which it says it is signed. It is, if it was not refused.
    pub(super) key: Option<KeyId>,
    /// The exception that it needed.
    pub(super) exception: Option<TrustException>,
}

/// A signature by a trusted key, which is not verified yet.
struct Claim<'g> {
    file: SignatureFile,
    key: &'g TrustedKey,
}

impl Gate {
    pub(crate) fn required(&self) -> Requirement {
        self.required.unwrap_or(match (&self.lock, self.names_keys) {
            (Some(_), true) => Requirement::LockedAndSigned,
            (Some(_), false) => Requirement::Locked,
            (None, true) => Requirement::Signed,
            (None, false) => Requirement::Any,
        })
    }

    /// Returns the list of what is revoked.
    #[cfg(feature = "watch")]
    pub(crate) fn list(&self) -> Option<&Path> {
        self.revoked.as_deref()
    }

    /// Returns `true` if the content of a library matters.
    pub(crate) fn needs_content(&self) -> bool {
        let is_listed = self.lock.is_some() || self.revoked.is_some();
        is_listed || self.looks_at_signatures() || self.required() != Requirement::Any
    }

    fn looks_at_signatures(&self) -> bool {
        self.names_keys || self.required().is_signed()
    }

    /// Returns the digest that a load computes: SHA-256 where it is compared, kept
    /// for a later revocation or shown in an error, and else the cheaper one.
    fn algorithm(&self, locked: Option<&Locked<'_>>, is_pinned: bool) -> Algorithm {
        let is_in_lock = match locked {
            Some(locked) => !locked.entry.blake3.is_empty(),
            None => !self.required().is_locked(),
        };
        match is_pinned || self.revoked.is_some() || !is_in_lock {
            true => Algorithm::Sha256,
            false => Algorithm::Blake3,
        }
    }

    /// Checks the content of a library, which `read` hands over in parts, each
    /// once. Compares the size before anything is read. Returns its digest too, which
    /// is that by SHA-256 if it `is_pinned`.
    pub(crate) fn check_content(
        &self,
        path: &Path,
        size: u64,
        is_pinned: bool,
        found: &mut Found,
        read: impl FnOnce(&mut dyn FnMut(&[u8])) -> io::Result<()>,
    ) -> Result<(Digest, Approval), LoadError> {
        let unreadable = |source| LoadError::Read { path: path.to_owned(), source };
        let refused = |error| refused(path, error);
        let is_excepted = self.is_excepted(path);
        let locked = self.locked(path).filter(|_| !is_excepted);
        locked.map_or(Ok(()), |locked| locked.check_size(size))?;
        check_hashable(path, size)?;
        let revocations = self.revocations(path)?;
        let claim = match is_excepted {
            true => None,
            false => self.claim(path, found)?,
        };
        let algorithm = self.algorithm(locked.as_ref(), is_pinned);
        let Some(claim) = claim else {
            let digest = digest_of_parts(algorithm, size, read).map_err(unreadable)?;
            found.digest = Some((algorithm, digest));
            let key = self.claimed_key(path);
            revocations.check(path, &digest.to_string(), key)?;
            if is_excepted {
                found.exception = Some(TrustException::Folder);
            } else {
                self.check_locked(path, locked, algorithm, &digest)?;
                locked.map_or(Ok(()), |it| self.check_signer(&it, None))?;
            }
            let content = self.content(path, &digest, key);
            return Ok((digest, Approval { signature: None, content }));
        };
        let mut digest = None;
        let verified = claim.file.verify(claim.key, |verify| {
            digest = Some(digest_of_parts(algorithm, size, |hash| {
                beside(size, verify, |verify| {
                    read(&mut |part| {
                        verify(part);
                        hash(part);
                    })
                })
            })?);
            Ok(())
        });
        let verified = verified.map_err(unreadable)?;
        let digest = digest.expect("a content that was read has a digest");
        found.digest = Some((algorithm, digest));
        revocations.check(path, &digest.to_string(), Some(claim.file.key))?;
        self.check_locked(path, locked, algorithm, &digest)?;
        verified.map_err(refused)?;
        locked.map_or(Ok(()), |it| self.check_signer(&it, Some(claim.file.key)))?;
        let content = self.content(path, &digest, Some(claim.file.key));
        Ok((digest, Approval { signature: Some(claim.file), content }))
    }

    /// Returns the key by which a library claims to be signed, which may be revoked
    /// now or later.
    fn claimed_key(&self, path: &Path) -> Option<KeyId> {
        self.revoked.as_ref()?;
        SignatureFile::of(path).ok().flatten().map(|file| file.key)
    }

    /// Takes down what a later revocation of a library is found by.
    fn content(&self, path: &Path, digest: &Digest, key: Option<KeyId>) -> Option<LoadedContent> {
        self.revoked.as_ref()?;
        Some(LoadedContent { path: path.to_owned(), digest: *digest, key })
    }

    /// Checks the signature of a library, which is described. Returns the id of
    /// its key, if there is one and it is trusted.
    pub(super) fn signer(
        &self,
        path: &Path,
        library: &LibraryFile,
        described: &LockedPlugin,
    ) -> Result<Option<KeyId>, LoadError> {
        let refused = |error| refused(path, error);
        let Some(Claim { file, key }) = self.claim(path, &mut Found::default())? else {
            return Ok(None);
        };
        let verified = file.verify(key, |verify| library.read(verify));
        let unreadable = |source| LoadError::Read { path: path.to_owned(), source };
        verified.map_err(unreadable)?.map_err(refused)?;
        Comment::of(described).check(&file).map_err(refused)?;
        Ok(Some(file.key))
    }

    /// Reads the signature of a library, if its key is trusted.
    fn claim(&self, path: &Path, found: &mut Found) -> Result<Option<Claim<'_>>, LoadError> {
        if !self.looks_at_signatures() {
            return Ok(None);
        }
        let file = SignatureFile::of(path).map_err(|error| refused(path, error))?;
        let is_required = self.required().is_signed();
        let Some(file) = file else {
            if is_required && !self.is_exempt(path) {
                let (path, signature) = (path.to_owned(), path_of(path));
                return Err(LoadError::Unsigned { path, signature });
            }
            found.exception = is_required.then_some(TrustException::Unsigned);
            return Ok(None);
        };
        match self.keys.get(&file.key) {
            Some(key) => {
                found.key = Some(file.key);
                Ok(Some(Claim { file, key }))
            }
            // Nobody can tell whether it is right.
            None if !is_required => Ok(None),
            None => {
                let trusted = self.keys.keys().map(ToString::to_string).collect();
                let (key, line) = (file.key.to_string(), SIGNATURE_LINE);
                let error = SignatureError::UnknownKey { path: file.path, line, key, trusted };
                Err(refused(path, error))
            }
        }
    }

    /// Reads what is revoked; nothing if the policy has no list.
    pub(super) fn revocations(&self, path: &Path) -> Result<Revocations, LoadError> {
        let Some(list) = &self.revoked else { return Ok(Revocations::default()) };
        Revocations::read(list).map_err(|error| {
            let (path, reason) = (path.to_owned(), Box::new(error));
            LoadError::RevocationsUnknown { path, reason }
        })
    }

    /// Returns the error of a library that was loaded and is revoked now.
    pub(crate) fn check_loaded(&self, loaded: &LoadedContent) -> Result<(), LoadError> {
        let LoadedContent { path, digest, key } = loaded;
        let checked =
            self.revocations(path).and_then(|list| list.check(path, &digest.to_string(), *key));
        checked.map_err(|error| match error {
            LoadError::Revoked { path, mut revocation } => {
                revocation.is_loaded = true;
                LoadError::Revoked { path, revocation }
            }
            error => error,
        })
    }

    /// Returns `true` if an approval is asked for, and a file in this folder needs
    /// none.
    pub(super) fn is_excepted(&self, path: &Path) -> bool {
        let asks = self.lock.is_some() || self.looks_at_signatures();
        if self.folders.is_empty() || !(asks || self.required() != Requirement::Any) {
            return false;
        }
        // The folder of the file, not of what a link there leads to.
        let Some(folder) = path.parent() else { return false };
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let Ok(folder) = folder.canonicalize() else { return false };
        let is_in = |excepted: &PathBuf| {
            excepted.canonicalize().is_ok_and(|excepted| folder.starts_with(excepted))
        };
        self.folders.iter().any(is_in)
    }

    /// Returns `true` if a file of that name needs no signature.
    fn is_exempt(&self, path: &Path) -> bool {
        let name = path.file_name().and_then(|name| name.to_str());
        name.is_some_and(|name| self.unsigned.contains(name))
    }

    fn check_locked(
        &self,
        path: &Path,
        locked: Option<Locked<'_>>,
        algorithm: Algorithm,
        digest: &Digest,
    ) -> Result<(), LoadError> {
        if let Some(locked) = locked {
            return locked.check_digest(algorithm, digest);
        }
        let found = digest.to_string();
        match (self.required().is_locked(), &self.lock) {
            (false, _) => Ok(()),
            (true, Some(lock)) => Err(lock.unlocked(path, found)),
            (true, None) => Err(PluginLock::default().unlocked(path, found)),
        }
    }

    /// Compares the key of a signature with the one that was locked.
    fn check_signer(&self, locked: &Locked<'_>, found: Option<KeyId>) -> Result<(), LoadError> {
        match locked.entry.key {
            Some(key) if self.looks_at_signatures() => {
                let found = found.map(|key| key.to_string()).unwrap_or_default();
                locked.same("key", &key.to_string(), &found)
            }
            _ => Ok(()),
        }
    }

    /// Compares what the lock and the signature say with the library, whose
    /// content was approved. `metadata` is that of a plugin.
    pub(crate) fn check_described(
        &self,
        path: &Path,
        library: &PagedFile,
        metadata: Option<&PluginMetadata>,
        approval: &Approval,
    ) -> Result<(), LoadError> {
        if let Some(locked) = self.locked(path).filter(|_| !self.is_excepted(path)) {
            locked.check_build_id(library)?;
            metadata.map_or(Ok(()), |metadata| locked.check_metadata(metadata))?;
        }
        let Some(signature) = &approval.signature else { return Ok(()) };
        let described = match metadata {
            Some(metadata) => LockedPlugin::described(path, Some(metadata))?,
            // It may be a plugin all the same.
            None => match check(path, library, AnyMachine::Allowed) {
                Ok(metadata) => LockedPlugin::described(path, Some(&metadata))?,
                Err(InspectError::NotAPlugin { .. }) => LockedPlugin::described(path, None)?,
                Err(error) => return Err(error.into()),
            },
        };
        Comment::of(&described).check(signature).map_err(|error| refused(path, error))
    }

    fn locked<'l>(&'l self, path: &'l Path) -> Option<Locked<'l>> {
        let lock = self.lock.as_deref()?;
        Some(Locked { lock, entry: lock.entry(path)?, path })
    }
}

fn refused(path: &Path, error: SignatureError) -> LoadError {
    LoadError::Signature { path: path.to_owned(), reason: Box::new(error) }
}
