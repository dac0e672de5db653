//! A part of a file, which is read as a file of its own.

use core::ops::Range;

use object::read::ReadRef;

/// The bytes of a range. No offset reads beyond them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part<R> {
    data: R,
    start: u64,
    len: u64,
}

impl<R> Part<R> {
    /// The `len` bytes at `start`. The end is not looked at: a read there fails.
    pub(crate) fn new(data: R, start: u64, len: u64) -> Self {
        Part { data, start, len }
    }

    /// Returns the number of bytes.
    pub(crate) fn size(&self) -> u64 {
        self.len
    }

    /// Returns the range in the whole file of a range of this part.
    fn outer(&self, range: Range<u64>) -> Result<Range<u64>, ()> {
        if range.start > range.end || range.end > self.len {
            return Err(());
        }
        let moved = |at: u64| self.start.checked_add(at).ok_or(());
        Ok(moved(range.start)?..moved(range.end)?)
    }
}

impl<'d, R: ReadRef<'d>> ReadRef<'d> for Part<R> {
    fn len(self) -> Result<u64, ()> {
        Ok(self.len)
    }

    fn read_bytes_at(self, offset: u64, size: u64) -> Result<&'d [u8], ()> {
        let range = self.outer(offset..offset.checked_add(size).ok_or(())?)?;
        self.data.read_bytes_at(range.start, size)
    }

    fn read_bytes_at_until(self, range: Range<u64>, delimiter: u8) -> Result<&'d [u8], ()> {
        self.data.read_bytes_at_until(self.outer(range)?, delimiter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_ends_where_it_ends() {
        let part = Part::new(&b"beforepart\0after"[..], 6, 5);
        assert_eq!(part.read_bytes_at(0, 5), Ok(&b"part\0"[..]));
        assert_eq!(part.read_bytes_at(4, 1), Ok(&b"\0"[..]));
        assert_eq!(part.read_bytes_at_until(1..5, 0), Ok(&b"art"[..]));
        assert_eq!(part.read_bytes_at_until(0..4, 0), Err(()), "the delimiter is outside");
        for (offset, size) in [(0, 6), (5, 1), (u64::MAX, 1), (1, u64::MAX)] {
            assert_eq!(part.read_bytes_at(offset, size), Err(()), "{offset} {size}");
        }
        let beyond = Part::new(&b"short"[..], u64::MAX - 1, 9);
        assert_eq!(beyond.read_bytes_at(0, 9), Err(()));
    }
}
