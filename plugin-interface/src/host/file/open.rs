//! Opening files that may be something else.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

use crate::host::platform;

/// Opens a file for reading. Returns at once also for a pipe without a writer.
pub(crate) fn open_without_waiting(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    platform::never_wait(&mut options);
    options.open(path)
}
