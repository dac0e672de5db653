//! Both digests of a content, as a lock has them.

use crate::host::file::digest::{Algorithm, digest_of};

/// The digests of a content, as 64 hexadecimal digits each.
pub(super) struct Digests {
    pub(super) sha256: String,
    pub(super) blake3: String,
}

impl Digests {
    pub(super) fn of(content: &[u8]) -> Self {
        let digest = |algorithm| digest_of(algorithm, content).to_string();
        Digests { sha256: digest(Algorithm::Sha256), blake3: digest(Algorithm::Blake3) }
    }
}
