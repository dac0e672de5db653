//! Comparison of files by their content.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Returns `true` if two files have the same content. Two builds differ within
/// their first bytes, which contain their build ids. A file that cannot be read
/// is equal to none.
pub(crate) fn is_same(first: &Path, second: &Path) -> bool {
    compare(first, second).unwrap_or(false)
}

fn compare(first: &Path, second: &Path) -> io::Result<bool> {
    let (mut first, mut second) = (File::open(first)?, File::open(second)?);
    if first.metadata()?.len() != second.metadata()?.len() {
        return Ok(false);
    }
    let (mut a, mut b) = (vec![0; 1 << 10], vec![0; 1 << 10]);
    loop {
        let (read, other) = (fill(&mut first, &mut a)?, fill(&mut second, &mut b)?);
        if a[..read] != b[..other] || read == 0 {
            return Ok(read == 0 && other == 0);
        }
        a.resize(1 << 16, 0);
        b.resize(1 << 16, 0);
    }
}

/// Reads until the buffer is full or the file ends.
pub(crate) fn fill(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read(&mut buffer[filled..])? {
            0 => break,
            read => filled += read,
        }
    }
    Ok(filled)
}

/// The size of a file, and a hash of how it begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Head {
    pub(crate) len: u64,
    hash: u64,
}

impl Head {
    /// Two builds differ within this many bytes, which contain their build ids:
    /// only files that begin alike are read to the end.
    pub(crate) const BYTES: u64 = 1024;

    /// The head of a file of `len` bytes that begins with `begin`.
    pub(crate) fn of(len: u64, begin: &[u8]) -> Self {
        // As `rustc_hash` does: what begins alike is compared to its end anyway.
        let (words, rest) = begin.as_chunks();
        let words = words.iter().map(|word| u64::from_ne_bytes(*word));
        let hash = words.chain(rest.iter().map(|&byte| byte.into())).fold(0_u64, |hash, word| {
            (hash.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95)
        });
        Head { len, hash }
    }

    /// Puts a head together that was taken apart by its fields.
    pub(crate) fn from_parts(len: u64, hash: u64) -> Self {
        Head { len, hash }
    }

    /// Returns the hash of the first bytes.
    pub(crate) fn hash(&self) -> u64 {
        self.hash
    }
}

/// The content of a file, such as a private copy, which exists for as long as
/// its library is open.
#[derive(Clone, Debug)]
pub(crate) struct Content {
    copy: PathBuf,
    head: Head,
}

impl Content {
    pub(crate) fn new(copy: PathBuf, head: Head) -> Self {
        Content { copy, head }
    }

    /// Returns the path of a file with this content.
    pub(crate) fn path(&self) -> &Path {
        &self.copy
    }

    pub(super) fn set_head(&mut self, head: Head) {
        self.head = head;
    }

    /// Returns the size and a hash of the first bytes.
    pub(crate) fn head(&self) -> Head {
        self.head
    }

    /// Returns `true` if both are the same, byte by byte.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.head == other.head && is_same(&self.copy, &other.copy)
    }
}

#[cfg(test)]
mod tests {
    use crate::host::file::compare::*;

    #[test]
    fn files_are_the_same_if_every_byte_is() {
        let directory = tempfile::tempdir().unwrap();
        let write = |name: &str, content: &[u8]| {
            let path = directory.path().join(name);
            std::fs::write(&path, content).unwrap();
            path
        };
        let content = vec![7; 200_000];
        let first = write("first", &content);
        assert!(is_same(&first, &write("same", &content)));
        for at in [0, 1_023, 1_024, 150_000, 199_999] {
            let mut other = content.clone();
            other[at] = 8;
            assert!(!is_same(&first, &write("other", &other)), "{at}");
        }
        assert!(!is_same(&first, &write("shorter", &content[1..])));
        assert!(!is_same(&first, &directory.path().join("absent")));
    }
}
