//! Copies a file without its holes: it may take much less space than its size
//! says.
#![expect(unsafe_code, reason = "asks where a file has data")]

use std::fs::{File, Metadata};
use std::io::{self, Read};

/// Copies as many bytes of a file as its metadata says. Returns the number of
/// bytes that were there.
pub(crate) fn copy(from: &File, metadata: &Metadata, to: &mut File) -> io::Result<u64> {
    match has_holes(metadata) {
        true => copy_data(from, metadata.len(), to),
        false => io::copy(&mut from.take(metadata.len()), to),
    }
}

#[cfg(target_os = "linux")]
fn has_holes(metadata: &Metadata) -> bool {
    std::os::unix::fs::MetadataExt::blocks(metadata).saturating_mul(512) < metadata.len()
}

#[cfg(target_os = "linux")]
fn copy_data(from: &File, len: u64, to: &mut File) -> io::Result<u64> {
    use std::io::{Seek, SeekFrom};

    let mut end = 0;
    while let Some(start) = seek(from, end, libc::SEEK_DATA)?.filter(|start| *start < len) {
        end = seek(from, start, libc::SEEK_HOLE)?.unwrap_or(start).min(len);
        // Back to where the data was found: `from` is there.
        (&mut { from }).seek(SeekFrom::Start(start))?;
        to.seek(SeekFrom::Start(start))?;
        if io::copy(&mut from.take(end - start), to)? != end - start || start == end {
            // The file was truncated meanwhile.
            return Ok(start);
        }
    }
    to.set_len(len)?;
    Ok(len)
}

/// Returns the offset of the next data or hole; `None` after the last.
#[cfg(target_os = "linux")]
fn seek(file: &File, from: u64, whence: libc::c_int) -> io::Result<Option<u64>> {
    use std::os::fd::AsRawFd;
    let from = i64::try_from(from).map_err(|_| io::ErrorKind::InvalidInput)?;
    // SAFETY: takes numbers and touches no memory of ours.
    match unsafe { libc::lseek64(file.as_raw_fd(), from, whence) } {
        -1 => match io::Error::last_os_error() {
            error if error.raw_os_error() == Some(libc::ENXIO) => Ok(None),
            error => Err(error),
        },
        found => Ok(u64::try_from(found).ok()),
    }
}

#[cfg(not(target_os = "linux"))]
fn has_holes(_: &Metadata) -> bool {
    false
}

#[cfg(not(target_os = "linux"))]
fn copy_data(from: &File, len: u64, to: &mut File) -> io::Result<u64> {
    io::copy(&mut from.take(len), to)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::io::{Seek, SeekFrom, Write};
    use std::os::unix::fs::MetadataExt;

    use crate::host::file::sparse_copy::*;

    /// A copy of a file that has these bytes here and there.
    fn copied(len: u64, data: &[(u64, &[u8])]) -> (File, u64) {
        let mut from = tempfile::tempfile().unwrap();
        from.set_len(len).unwrap();
        for (at, bytes) in data {
            from.seek(SeekFrom::Start(*at)).unwrap();
            from.write_all(bytes).unwrap();
        }
        from.rewind().unwrap();
        let mut to = tempfile::tempfile().unwrap();
        let copied = copy(&from, &from.metadata().unwrap(), &mut to).unwrap();
        (to, copied)
    }

    #[test]
    fn holes_take_up_no_room_in_the_copy() {
        let len = 100 << 30;
        let (copy, copied) = copied(len, &[(0, b"begin"), (1 << 30, b"middle"), (len - 3, b"end")]);
        let metadata = copy.metadata().unwrap();
        assert_eq!((copied, metadata.len()), (len, len));
        assert!(metadata.blocks() * 512 < 1 << 20, "{} blocks", metadata.blocks());
        let mut found = [0; 6];
        std::os::unix::fs::FileExt::read_exact_at(&copy, &mut found, 1 << 30).unwrap();
        assert_eq!(&found, b"middle");
        std::os::unix::fs::FileExt::read_exact_at(&copy, &mut found[..3], len - 3).unwrap();
        assert_eq!(&found[..3], b"end");
    }

    #[test]
    fn a_copy_is_the_same_whatever_holes_there_are() {
        for (len, data) in [
            (0, &[][..]),
            (100_000, &[]),
            (100_000, &[(0, &[7; 100_000][..])]),
            (100_000, &[(50_000, &[7; 10]), (60_000, &[8; 40_000])]),
        ] {
            let (mut copy, copied) = copied(len, data);
            let mut expected = vec![0; len as usize];
            for (at, bytes) in data {
                expected[*at as usize..][..bytes.len()].copy_from_slice(bytes);
            }
            copy.rewind().unwrap();
            let mut found = Vec::new();
            copy.read_to_end(&mut found).unwrap();
            assert!(copied == len && found == expected, "{len} {copied}");
        }
    }
}
