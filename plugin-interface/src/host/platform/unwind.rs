//! The unwind information of libraries, as they lie in memory.
#![expect(unsafe_code, reason = "reads tables of libraries")]

use core::ops::{ControlFlow, Range};
use core::ptr;
use std::path::PathBuf;

use super::image::each;

/// Where the unwind information of a library is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UnwindTables {
    /// The code and data of the library.
    pub(crate) addresses: Range<usize>,
    /// What the linker added to each address in the file.
    pub(crate) base: usize,
    /// `.eh_frame_hdr`: a table of all functions, in the order of their addresses.
    pub(crate) header: Range<usize>,
    /// `.eh_frame`, and what follows in its segment.
    pub(crate) frames: Range<usize>,
}

/// Returns the tables of the libraries of this process, and of the program under
/// an empty path.
pub(crate) fn unwind_tables() -> Vec<(PathBuf, UnwindTables)> {
    let mut tables = Vec::new();
    each(&mut |library| {
        let found = library.unwind_header().zip(library.addresses());
        let found = found.and_then(|(header, addresses)| {
            // The form that linkers write: version 1, a relative pointer of 4
            // bytes, a count of 4, and pairs that are relative to the header.
            if header.len() < 12 || read(header.start)? != i32::from_le_bytes([1, 0x1b, 3, 0x3b]) {
                return None;
            }
            let start = (header.start + 4).checked_add_signed(read(header.start + 4)? as isize)?;
            let frames = start..library.part_with(start)?.end;
            Some(UnwindTables { addresses, base: library.base(), header, frames })
        });
        tables.extend(found.map(|found| (library.path().to_owned(), found)));
        ControlFlow::Continue(())
    });
    tables
}

/// Reads a number at an address that is a multiple of 4.
fn read(address: usize) -> Option<i32> {
    let place = ptr::with_exposed_provenance::<i32>(address);
    // SAFETY: all callers read within the header of a library that is mapped, and
    // nobody writes there.
    place.is_aligned().then(|| unsafe { place.read() })
}

impl UnwindTables {
    /// Returns the end of the function that begins there, of a library that is
    /// mapped: where the next one begins.
    pub(crate) fn end_of_function(&self, start: usize) -> Option<usize> {
        const FIRST: usize = 12;
        const ENTRY: usize = 8;
        let begin = self.header.start;
        let count = (read(begin + 8)? as usize).min((self.header.len() - FIRST) / ENTRY);
        let function =
            |index: usize| begin.checked_add_signed(read(begin + FIRST + index * ENTRY)? as isize);
        let (mut low, mut high) = (0, count);
        while low < high {
            let middle = low.midpoint(high);
            match function(middle)?.cmp(&start) {
                core::cmp::Ordering::Less => low = middle + 1,
                core::cmp::Ordering::Greater => high = middle,
                core::cmp::Ordering::Equal if middle + 1 < count => return function(middle + 1),
                core::cmp::Ordering::Equal => return Some(self.addresses.end),
            }
        }
        None
    }
}
