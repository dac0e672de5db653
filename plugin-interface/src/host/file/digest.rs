//! The SHA-256 digest of a file.

use std::fs::File;
use std::path::Path;
use std::sync::mpsc::sync_channel;
use std::{fmt, io, thread};

use sha2::{Digest as _, Sha256};

/// What is called with each part of a content, in their order.
pub(crate) type EachPart<'p> = &'p mut dyn FnMut(&[u8]);

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

#[cfg(test)]
thread_local! {
    /// How many files this thread has read for their digests.
    pub(super) static READ: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// Returns the digest of a whole file.
pub(crate) fn digest(path: &Path) -> io::Result<Digest> {
    #[cfg(test)]
    READ.set(READ.get() + 1);
    digest_of_parts(path.metadata()?.len(), |hash| read_parts(path, hash))
}

/// A smaller content is hashed before a thread has started.
const LARGE: u64 = 1 << 18;

/// Returns the digest of a content of that size, which `read` hands over in parts.
/// A large one is hashed beside the reading, on a thread of its own.
pub(crate) fn digest_of_parts(
    size: u64,
    read: impl FnOnce(&mut dyn FnMut(&[u8])) -> io::Result<()>,
) -> io::Result<Digest> {
    let (sender, parts) = sync_channel::<Vec<u8>>(16);
    let hash = move || {
        let mut hasher = Sha256::new();
        parts.iter().for_each(|part| hasher.update(part));
        Digest(hasher.finalize().into())
    };
    let thread = (size >= LARGE).then(|| thread::Builder::new().spawn(hash));
    // Without a thread it takes longer, and that is all.
    let Some(Ok(thread)) = thread else {
        let mut hasher = Sha256::new();
        read(&mut |part| hasher.update(part))?;
        return Ok(Digest(hasher.finalize().into()));
    };
    // It receives until the end, so nothing is lost.
    let result = read(&mut |part| drop(sender.send(part.to_vec())));
    drop(sender);
    let digest = thread.join().map_err(|_| io::Error::other("its digest was not computed"))?;
    result.map(|()| digest)
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
