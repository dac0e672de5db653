//! The digest of a file.

use std::fs::File;
use std::path::Path;
use std::sync::mpsc::sync_channel;
use std::sync::{Mutex, PoisonError};
use std::{fmt, io, thread};

use sha2::{Digest as _, Sha256};

/// What is called with each part of a content, in their order.
pub(crate) type EachPart<'p> = &'p mut dyn FnMut(&[u8]);

/// A digest of 32 bytes, written as 64 hexadecimal digits.
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

/// How a digest is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Algorithm {
    /// What everybody prints and compares.
    Sha256,
    /// A quarter of the time.
    #[cfg(feature = "trust")]
    Blake3,
}

enum Hasher {
    Sha256(Sha256),
    #[cfg(feature = "trust")]
    Blake3(Box<blake3::Hasher>),
}

impl Hasher {
    fn new(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Sha256 => Hasher::Sha256(Sha256::new()),
            #[cfg(feature = "trust")]
            Algorithm::Blake3 => Hasher::Blake3(Box::default()),
        }
    }

    fn update(&mut self, part: &[u8]) {
        match self {
            Hasher::Sha256(hasher) => hasher.update(part),
            #[cfg(feature = "trust")]
            Hasher::Blake3(hasher) => drop(hasher.update(part)),
        }
    }

    fn finish(self) -> Digest {
        match self {
            Hasher::Sha256(hasher) => Digest(hasher.finalize().into()),
            #[cfg(feature = "trust")]
            Hasher::Blake3(hasher) => Digest(hasher.finalize().into()),
        }
    }
}

/// Returns the digest of bytes.
pub(crate) fn digest_of(algorithm: Algorithm, bytes: &[u8]) -> Digest {
    let mut hasher = Hasher::new(algorithm);
    hasher.update(bytes);
    hasher.finish()
}

#[cfg(test)]
thread_local! {
    /// How many files this thread has read for their digests.
    pub(super) static READ: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// Returns the SHA-256 digest of a whole file.
pub(crate) fn digest(path: &Path) -> io::Result<Digest> {
    #[cfg(test)]
    READ.set(READ.get() + 1);
    let size = path.metadata()?.len();
    digest_of_parts(Algorithm::Sha256, size, |hash| read_parts(path, hash))
}

/// Returns the digest of a content of that size, which `read` hands over in parts.
pub(crate) fn digest_of_parts(
    algorithm: Algorithm,
    size: u64,
    read: impl FnOnce(&mut dyn FnMut(&[u8])) -> io::Result<()>,
) -> io::Result<Digest> {
    let mut hasher = Hasher::new(algorithm);
    match algorithm {
        Algorithm::Sha256 => beside(size, &mut |part| hasher.update(part), read)?,
        // Copies of the parts for another thread take half as long.
        #[cfg(feature = "trust")]
        Algorithm::Blake3 => read(&mut |part| hasher.update(part))?,
    }
    Ok(hasher.finish())
}

/// A smaller content is done with before a thread has started.
const LARGE: u64 = 1 << 18;

/// Calls `slow` with each part that `read` hands over, of a content of that size. A
/// large one keeps it busy beside the reading, on a thread of its own.
pub(crate) fn beside(
    size: u64,
    slow: &mut (dyn FnMut(&[u8]) + Send),
    read: impl FnOnce(&mut dyn FnMut(&[u8])) -> io::Result<()>,
) -> io::Result<()> {
    if size < LARGE {
        return read(slow);
    }
    let (sender, parts) = sync_channel::<Vec<u8>>(16);
    let slow = Mutex::new(slow);
    thread::scope(|scope| {
        let all = || {
            let mut slow = slow.lock().unwrap_or_else(PoisonError::into_inner);
            parts.into_iter().for_each(|part| slow(&part));
        };
        let Ok(thread) = thread::Builder::new().spawn_scoped(scope, all) else {
            // It takes longer, and that is all.
            return read(&mut **slow.lock().unwrap_or_else(PoisonError::into_inner));
        };
        // It receives until the end, so nothing is lost.
        let result = read(&mut |part| drop(sender.send(part.to_vec())));
        drop(sender);
        thread.join().map_err(|_| io::Error::other("its digest was not computed"))?;
        result
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The digest of a content in parts of that size.
    fn in_parts(algorithm: Algorithm, content: &[u8], part: usize) -> String {
        let read = |each: &mut dyn FnMut(&[u8])| {
            content.chunks(part).for_each(each);
            Ok(())
        };
        digest_of_parts(algorithm, content.len() as u64, read).unwrap().to_string()
    }

    #[test]
    fn digests_are_those_of_other_programs() {
        let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(digest_of(Algorithm::Sha256, b"abc").to_string(), sha256);
        assert_eq!(in_parts(Algorithm::Sha256, b"abc", 2), sha256);
        #[cfg(feature = "trust")]
        {
            let blake3 = "6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85";
            assert_eq!(digest_of(Algorithm::Blake3, b"abc").to_string(), blake3);
            assert_eq!(in_parts(Algorithm::Blake3, b"abc", 2), blake3);
        }
    }

    #[test]
    fn a_large_content_is_hashed_whole_beside_the_reading() {
        let content: Vec<u8> = (0..LARGE * 3).map(|at| (at % 251) as u8).collect();
        let expected = digest_of(Algorithm::Sha256, &content).to_string();
        assert_eq!(in_parts(Algorithm::Sha256, &content, 1 << 12), expected);
        assert_ne!(in_parts(Algorithm::Sha256, &content[1..], 1 << 12), expected);
        let failing = |each: &mut dyn FnMut(&[u8])| {
            each(&content);
            Err(io::Error::other("the end"))
        };
        let error = digest_of_parts(Algorithm::Sha256, LARGE, failing).unwrap_err();
        assert_eq!(error.to_string(), "the end");
    }
}
