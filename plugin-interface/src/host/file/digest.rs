//! The SHA-256 digest of a file.

use std::fs::File;
use std::path::Path;
use std::{fmt, io};

use sha2::{Digest as _, Sha256};

/// A SHA-256 digest, written as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Digest([u8; 32]);

impl Digest {
    pub(crate) fn new(bytes: [u8; 32]) -> Self {
        Digest(bytes)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Returns the digest of bytes.
pub(crate) fn digest_of(bytes: &[u8]) -> Digest {
    Digest(Sha256::digest(bytes).into())
}

/// Returns the digest of a whole file.
pub(crate) fn digest(path: &Path) -> io::Result<Digest> {
    digest_of_parts(|hash| read_parts(path, hash))
}

/// Returns the digest of a content that `read` hands over in parts.
pub(crate) fn digest_of_parts(
    read: impl FnOnce(&mut dyn FnMut(&[u8])) -> io::Result<()>,
) -> io::Result<Digest> {
    let mut hasher = Sha256::new();
    read(&mut |part| hasher.update(part))?;
    Ok(Digest(hasher.finalize().into()))
}

/// Reads a whole file in parts.
pub(crate) fn read_parts(path: &Path, each: &mut dyn FnMut(&[u8])) -> io::Result<()> {
    let mut file = File::open(path)?;
    let mut buffer = vec![0; 1 << 16];
    loop {
        match io::Read::read(&mut file, &mut buffer)? {
            0 => return Ok(()),
            len => each(&buffer[..len]),
        }
    }
}
