//! The place of a library in memory, as the dynamic linker knows it. Nothing is
//! asked of the file system, where the file may be gone.
#![expect(unsafe_code, reason = "reads what the dynamic linker tells of each library")]

use core::ffi::{CStr, c_int, c_void};
use core::slice;
use std::ffi::CString;
use std::ops::Range;
use std::path::Path;

use super::path_bytes;

/// The place of a library in memory, from when it was opened.
#[derive(Clone, Debug)]
pub(crate) struct Image {
    /// The name by which it was opened. No other library has it.
    name: CString,
    /// The addresses of its code and data; `None` if it was not found.
    addresses: Option<Range<usize>>,
}

impl Image {
    /// Returns the place of the library that was opened by this path just now.
    pub(crate) fn of(path: &Path) -> Self {
        let name = CString::new(path_bytes(path)).unwrap_or_default();
        let addresses = find(&name);
        Image { name, addresses }
    }

    /// Returns `true` if the library is mapped, or if that is not known.
    pub(crate) fn is_mapped(&self) -> bool {
        self.addresses.is_none() || find(&self.name) == self.addresses
    }
}

/// A search among the libraries of the process.
struct Search<'s> {
    name: &'s CStr,
    found: Option<Range<usize>>,
}

/// Returns the addresses of the library of that name, if it is mapped.
fn find(name: &CStr) -> Option<Range<usize>> {
    let mut search = Search { name, found: None };
    // SAFETY: `visit` takes the search as its argument, which lives until the
    // call returns.
    unsafe { libc::dl_iterate_phdr(Some(visit), (&raw mut search).cast()) };
    search.found
}

/// Compares one library with a search. Ends the iteration if it is the one.
unsafe extern "C" fn visit(
    info: *mut libc::dl_phdr_info,
    _: libc::size_t,
    search: *mut c_void,
) -> c_int {
    // SAFETY: `find` hands over a search that nobody else uses.
    let search = unsafe { &mut *search.cast::<Search<'_>>() };
    // SAFETY: the linker hands over a valid record, for this call.
    let info = unsafe { &*info };
    if info.dlpi_name.is_null() || info.dlpi_phdr.is_null() {
        return 0;
    }
    // SAFETY: the name of a library ends with NUL.
    if unsafe { CStr::from_ptr(info.dlpi_name) } != search.name {
        return 0;
    }
    // SAFETY: the linker says how many headers there are.
    let headers = unsafe { slice::from_raw_parts(info.dlpi_phdr, info.dlpi_phnum.into()) };
    let loaded = headers.iter().filter(|header| header.p_type == libc::PT_LOAD);
    let places = loaded.map(|header| {
        let start = info.dlpi_addr as usize + header.p_vaddr as usize;
        start..start + header.p_memsz as usize
    });
    search.found = places.reduce(|all, next| all.start.min(next.start)..all.end.max(next.end));
    1
}
