//! Fingerprints as fields of C structs.

/// A fingerprint as two words, the low one first.
pub type Fingerprint = [u64; 2];

/// Returns the words of a fingerprint.
#[doc(hidden)]
pub const fn words(fingerprint: u128) -> Fingerprint {
    [fingerprint as u64, (fingerprint >> 64) as u64]
}
