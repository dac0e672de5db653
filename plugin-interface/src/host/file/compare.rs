//! Same: whether a file is another one than the copy that is held.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Whether two files have the same content. Two builds differ within their
/// first bytes, where their identity stands. One that cannot be read is like
/// no other.
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

/// Reads until the buffer is full or the file at its end.
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
