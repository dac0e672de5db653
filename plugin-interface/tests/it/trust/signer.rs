//! Somebody who signs.

use std::fs;
use std::path::Path;

use minisign::{KeyPair, PublicKey};
use plugin_interface::{LoadPolicy, TrustedKey, trusted_comment};

/// A pair of keys.
pub(super) struct Signer(KeyPair);

impl Signer {
    pub(super) fn new() -> Self {
        Signer(KeyPair::generate_unencrypted_keypair().unwrap())
    }

    /// The file of its public key.
    pub(super) fn public(&self) -> String {
        self.0.pk.to_box().unwrap().to_string()
    }

    pub(super) fn key(&self) -> TrustedKey {
        let public: &PublicKey = &self.0.pk;
        TrustedKey::parse(&public.to_base64()).unwrap()
    }

    /// A policy that trusts it.
    pub(super) fn policy(&self) -> LoadPolicy {
        LoadPolicy::new().trusted_keys([self.key()])
    }

    /// Signs a library as it must be signed.
    pub(super) fn sign(&self, library: &Path) {
        self.sign_as(library, &trusted_comment(library).unwrap());
    }

    /// Signs a library with that trusted comment.
    pub(super) fn sign_as(&self, library: &Path, comment: &str) {
        let content = fs::File::open(library).unwrap();
        let signature = minisign::sign(None, &self.0.sk, content, Some(comment), None).unwrap();
        fs::write(signature_of(library), signature.into_string()).unwrap();
    }
}

pub(super) fn signature_of(library: &Path) -> std::path::PathBuf {
    format!("{}.minisig", library.display()).into()
}
