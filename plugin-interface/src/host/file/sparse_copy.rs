//! Copies a file without its holes: it may take much less space than its size
//! says.

use std::fs::{File, Metadata};
use std::io::{self, Read, Seek, SeekFrom, Write};

use crate::host::platform;

/// Copies as many bytes of a file as its metadata says. Returns the number of
/// bytes that were there.
pub(crate) fn copy(from: &File, metadata: &Metadata, to: &mut File) -> io::Result<u64> {
    // A reader may have moved the position that it shares with this handle.
    (&mut { from }).rewind()?;
    match platform::has_holes(metadata) {
        true => copy_data(from, metadata.len(), to),
        false => io::copy(&mut from.take(metadata.len()), to),
    }
}

/// Copies as many bytes of a file without holes, and hands over what it writes.
pub(crate) fn copy_in_parts(
    from: &File,
    metadata: &Metadata,
    to: &mut File,
    each: &mut dyn FnMut(&[u8]),
) -> io::Result<u64> {
    (&mut { from }).rewind()?;
    let mut from = from.take(metadata.len());
    let (mut buffer, mut copied) = (vec![0; 1 << 16], 0);
    loop {
        let read = match from.read(&mut buffer)? {
            0 => return Ok(copied),
            read => &buffer[..read],
        };
        // The other thread begins with it while this one writes it.
        each(read);
        to.write_all(read)?;
        copied += read.len() as u64;
    }
}

fn copy_data(from: &File, len: u64, to: &mut File) -> io::Result<u64> {
    let mut end = 0;
    while let Some(start) = platform::next_data(from, end)?.filter(|start| *start < len) {
        end = platform::next_hole(from, start)?.unwrap_or(start).min(len);
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

#[cfg(all(test, target_os = "linux"))]
mod tests {
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
