//! Reads a file by pages, each once: headers and tables are close together.

use core::ops::Range;
use std::fs::File;
use std::io;
use std::sync::OnceLock;

use object::read::ReadRef;

use crate::host::file::compare::Head;
use crate::host::platform;

const PAGE: u64 = 4096;

/// The number of runs that are one page long if no more is asked for. A file
/// that takes more runs has its parts scattered, and the next ones get longer.
const SHORT: u32 = 8;

/// Limits that no honest library reaches, by far.
const MOST_RUNS: u32 = 128;
const MOST_BYTES: u64 = 1 << 28;

/// A file of which the parts are read on demand, and kept.
#[derive(Debug)]
pub(crate) struct PagedFile {
    file: File,
    len: u64,
    first: Next,
}

/// The runs in the order in which they were read. There are few, hence a list.
type Next = OnceLock<Box<Run>>;

/// A run of adjoining pages.
#[derive(Debug)]
struct Run {
    start: u64,
    bytes: Vec<u8>,
    next: Next,
}

impl PagedFile {
    /// Reads the first `len` bytes of a file that has at least as many.
    pub(crate) fn new(file: File, len: u64) -> Self {
        PagedFile { file, len, first: Next::new() }
    }

    /// Returns the number of bytes.
    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    /// Returns the size of the file and a hash of its first bytes.
    pub(crate) fn head(&self) -> io::Result<Head> {
        self.get(0..self.len.min(Head::BYTES)).map(|begin| Head::of(self.len, begin))
    }

    /// Returns the bytes of a range, from pages that were read before or are
    /// read now.
    pub(crate) fn get(&self, range: Range<u64>) -> io::Result<&[u8]> {
        if range.start > range.end || range.end > self.len {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let (mut next, mut runs) = (&self.first, 0);
        while let Some(run) = next.get() {
            if let Some(found) = run.get(&range) {
                return Ok(found);
            }
            (next, runs) = (&run.next, runs + 1);
        }
        let run = self.read(&range, runs)?;
        let run = next.get_or_init(|| Box::new(run));
        run.get(&range).ok_or(io::ErrorKind::UnexpectedEof.into())
    }

    /// Reads the pages of a range, after so many runs.
    fn read(&self, range: &Range<u64>, runs: u32) -> io::Result<Run> {
        let length = PAGE << runs.saturating_sub(SHORT).min(SHORT);
        let start = range.start - range.start % length;
        let end = range.end.next_multiple_of(length).min(self.len);
        if runs == MOST_RUNS || end - start > MOST_BYTES {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let mut bytes = vec![0; (end - start) as usize];
        read_exact_at(&self.file, &mut bytes, start)?;
        Ok(Run { start, bytes, next: Next::new() })
    }
}

impl Run {
    fn get(&self, range: &Range<u64>) -> Option<&[u8]> {
        let start = usize::try_from(range.start.checked_sub(self.start)?).ok()?;
        let end = usize::try_from(range.end - self.start).ok()?;
        self.bytes.get(start..end)
    }
}

/// Drops the runs one after the other, and not recursively.
impl Drop for PagedFile {
    fn drop(&mut self) {
        let mut next = self.first.take();
        while let Some(mut run) = next {
            next = run.next.take();
        }
    }
}

impl<'a> ReadRef<'a> for &'a PagedFile {
    fn len(self) -> Result<u64, ()> {
        Ok(self.len)
    }

    fn read_bytes_at(self, offset: u64, size: u64) -> Result<&'a [u8], ()> {
        self.get(offset..offset.checked_add(size).ok_or(())?).map_err(|_| ())
    }

    /// Names are short: they end on the page where they begin, or on the next.
    fn read_bytes_at_until(self, range: Range<u64>, delimiter: u8) -> Result<&'a [u8], ()> {
        if range.start > range.end || range.end > self.len {
            return Err(());
        }
        let page = range.start - range.start % PAGE + PAGE;
        for end in [page, page + PAGE] {
            let bytes = self.get(range.start..end.min(range.end)).map_err(|_| ())?;
            if let Some(len) = bytes.iter().position(|&byte| byte == delimiter) {
                return Ok(&bytes[..len]);
            }
        }
        Err(())
    }
}

fn read_exact_at(file: &File, mut buffer: &mut [u8], mut at: u64) -> io::Result<()> {
    while !buffer.is_empty() {
        match platform::read_at(file, buffer, at)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => {
                buffer = &mut buffer[read..];
                at += read as u64;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::host::file::paged::*;

    fn pages(content: &[u8]) -> PagedFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), content).unwrap();
        PagedFile::new(File::open(file.path()).unwrap(), content.len() as u64)
    }

    fn runs(pages: &PagedFile) -> usize {
        std::iter::successors(pages.first.get(), |run| run.next.get()).count()
    }

    #[test]
    fn pages_read_as_the_file_does_and_each_once() {
        let content: Vec<u8> = (0..20_000u32).map(|i| (i % 251) as u8).collect();
        let pages = pages(&content);
        for (at, len) in [(0, 16), (4090, 100), (4090, 5), (12_000, 8_000), (19_990, 10), (3, 4096)]
        {
            let found = (&pages).read_bytes_at(at as u64, len as u64).unwrap();
            assert_eq!(found, &content[at..at + len], "{at} {len}");
        }
        assert_eq!(runs(&pages), 3, "the first page, the first two, and the rest");
        assert_eq!((&pages).read_bytes_at(20_000, 0), Ok(&[][..]));
        for (at, len) in [(19_990, 11), (20_001, 0), (u64::MAX, 1), (1, u64::MAX)] {
            assert_eq!((&pages).read_bytes_at(at, len), Err(()), "{at} {len}");
        }
    }

    #[test]
    fn names_end_on_their_page_or_on_the_next() {
        let mut content = vec![1; 5 * PAGE as usize];
        for zero in [10, 4096, 5 * 4096 - 1] {
            content[zero] = 0;
        }
        let pages = pages(&content);
        let name = |start, end| (&pages).read_bytes_at_until(start..end, 0).map(<[u8]>::len);
        assert_eq!(name(0, 20_480), Ok(10));
        assert_eq!(name(11, 20_480), Ok(4085));
        assert_eq!(name(3 * 4096 + 1, 20_480), Ok(2 * 4096 - 2));
        assert_eq!(name(0, 10), Err(()), "outside of its table");
        assert_eq!(name(4097, 20_480), Err(()), "too long");
        for (start, end) in [(5, 4), (0, 20_481), (u64::MAX, u64::MAX)] {
            assert_eq!(name(start, end), Err(()), "{start} {end}");
        }
    }

    #[test]
    fn a_file_whose_parts_are_scattered_is_read_in_longer_runs_and_then_no_more() {
        let pages = pages(&vec![1; 20 << 20]);
        for page in (0..(20 << 20) / PAGE).rev() {
            assert_eq!((&pages).read_bytes_at(page * PAGE, 1), Ok(&[1][..]));
        }
        assert!(runs(&pages) < 40, "{}", runs(&pages));
        let long = PagedFile::new(File::open("/dev/null").unwrap(), u64::MAX);
        assert_eq!((&long).read_bytes_at(0, MOST_BYTES + 1), Err(()));
    }
}
