//! Text that is written and read without the allocator.

use core::fmt::{self, Write as _};
use std::fs::File;
use std::io::Read as _;

use super::calls::write_to_stderr;

/// A line, cut where it becomes too long.
struct Line {
    bytes: [u8; 8192],
    len: usize,
}

impl fmt::Write for Line {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = &mut self.bytes[self.len..];
        let len = text.len().min(room.len());
        room[..len].copy_from_slice(&text.as_bytes()[..len]);
        self.len += len;
        Ok(())
    }
}

/// Writes a line to stderr.
pub(super) fn print(text: fmt::Arguments<'_>) {
    let mut line = Line { bytes: [0; 8192], len: 0 };
    let _ = writeln!(line, "{text}");
    write_to_stderr(&line.bytes[..line.len]);
}

/// Reads the begin of a file that the system has for each thread. Returns the
/// length: 0 if the thread has ended.
pub(super) fn read_of_thread(thread: i32, file: &str, into: &mut [u8]) -> usize {
    let mut path = Line { bytes: [0; 8192], len: 0 };
    let _ = write!(path, "/proc/self/task/{thread}/{file}");
    let path = core::str::from_utf8(&path.bytes[..path.len]).unwrap_or_default();
    File::open(path).and_then(|mut file| file.read(into)).unwrap_or_default()
}
