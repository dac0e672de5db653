//! Reads a file by pages, each once: headers and tables lie close together.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

const PAGE: u64 = 4096;

/// A file that is read from here and there.
pub(super) struct Pages {
    file: File,
    len: u64,
    at: u64,
    pages: HashMap<u64, Vec<u8>>,
}

impl Pages {
    pub(super) fn new(file: File, len: u64) -> Self {
        Pages { file, len, at: 0, pages: HashMap::new() }
    }

    fn page(&mut self, number: u64) -> io::Result<&[u8]> {
        if !self.pages.contains_key(&number) {
            let start = number * PAGE;
            let mut page = vec![0; PAGE.min(self.len.saturating_sub(start)) as usize];
            read_exact_at(&mut self.file, &mut page, start)?;
            self.pages.insert(number, page);
        }
        Ok(&self.pages[&number])
    }
}

impl Read for Pages {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.len() as u64 > PAGE {
            // Long runs are not read again.
            let read = read_at(&mut self.file, buffer, self.at)?;
            self.at += read as u64;
            return Ok(read);
        }
        let (number, offset) = (self.at / PAGE, (self.at % PAGE) as usize);
        let rest = self.page(number)?.get(offset..).unwrap_or_default();
        let len = rest.len().min(buffer.len());
        buffer[..len].copy_from_slice(&rest[..len]);
        self.at += len as u64;
        Ok(len)
    }
}

impl Seek for Pages {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let to = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.len.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = to.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

/// One system call where there is one for it.
#[cfg(unix)]
fn read_at(file: &mut File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, at)
}

#[cfg(not(unix))]
fn read_at(file: &mut File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    file.seek(SeekFrom::Start(at))?;
    file.read(buffer)
}

fn read_exact_at(file: &mut File, mut buffer: &mut [u8], mut at: u64) -> io::Result<()> {
    while !buffer.is_empty() {
        match read_at(file, buffer, at)? {
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
    use super::*;

    #[test]
    fn pages_read_as_the_file_does() {
        let content: Vec<u8> = (0..20_000u32).map(|i| (i % 251) as u8).collect();
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), &content).unwrap();
        let mut pages = Pages::new(File::open(file.path()).unwrap(), 20_000);
        for (at, len) in [(0, 16), (4090, 100), (4090, 5), (12_000, 8_000), (19_990, 10), (3, 4096)]
        {
            let mut buffer = vec![0; len];
            pages.seek(SeekFrom::Start(at as u64)).unwrap();
            pages.read_exact(&mut buffer).unwrap();
            assert_eq!(buffer, content[at..at + len], "{at} {len}");
        }
        assert_eq!(pages.seek(SeekFrom::End(0)).unwrap(), 20_000);
        assert_eq!(pages.read(&mut [0; 10]).unwrap(), 0);
        pages.seek(SeekFrom::Start(u64::MAX)).unwrap();
        assert_eq!(pages.read(&mut [0; 10]).unwrap_or(0), 0);
    }
}
