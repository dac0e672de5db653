//! The places of libraries in memory, as the dynamic linker knows them. Nothing
//! is asked of the file system, where the files may be gone.
#![expect(unsafe_code, reason = "reads what the dynamic linker tells of each library")]

use core::ffi::{CStr, c_int, c_void};
use core::ops::{ControlFlow, Range};
use core::slice;
use std::ffi::OsStr;
use std::io::{self, PipeReader, PipeWriter, Read};
use std::os::fd::AsRawFd as _;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// The place of a library in memory, from when it was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Image {
    /// The path by which it was opened. No other library has it.
    path: PathBuf,
    /// The addresses of its code and data; `None` if it was not found.
    addresses: Option<Range<usize>>,
}

impl Image {
    /// Returns the place of the library that was opened by this path just now.
    pub(crate) fn of(path: &Path) -> Self {
        Image { path: path.to_owned(), addresses: addresses(path) }
    }

    /// Returns `true` if the library is mapped, or if that is not known.
    pub(crate) fn is_mapped(&self) -> bool {
        self.addresses.is_none() || addresses(&self.path) == self.addresses
    }

    /// Returns the size of its code and data in memory, if it is known.
    pub(crate) fn size(&self) -> Option<u64> {
        self.addresses.as_ref().map(|addresses| addresses.len() as u64)
    }

    /// Returns the addresses of its code and data, if they are known.
    #[cfg(feature = "crash-notes")]
    pub(crate) fn addresses(&self) -> Option<Range<usize>> {
        self.addresses.clone()
    }

    /// Returns the library that contains an address.
    #[cfg(feature = "crash-notes")]
    pub(crate) fn around(address: usize) -> Option<Self> {
        ask(|library| {
            let addresses = library.addresses().filter(|all| all.contains(&address))?;
            Some(Image { path: library.path().to_owned(), addresses: Some(addresses) })
        })
    }

    /// Returns `true` if an address is in the library.
    pub(crate) fn contains(&self, address: usize) -> bool {
        self.addresses.as_ref().is_some_and(|addresses| addresses.contains(&address))
    }
}

fn addresses(path: &Path) -> Option<Range<usize>> {
    find(path, |library| library.addresses()).flatten()
}

/// Returns the paths by which all libraries were opened that are mapped.
pub(crate) fn mapped() -> Vec<PathBuf> {
    let mut paths = Vec::new();
    each(&mut |library| {
        paths.push(library.path().to_owned());
        ControlFlow::Continue(())
    });
    paths
}

/// Returns the library that contains an address, and the address in its file.
pub(crate) fn place(address: usize) -> Option<(PathBuf, u64)> {
    ask(|library| {
        let is_in = library.parts().any(|(addresses, _)| addresses.contains(&address));
        let at = address.wrapping_sub(library.0.dlpi_addr as usize) as u64;
        is_in.then(|| (library.path().to_owned(), at))
    })
}

/// Returns the library whose thread-local of this thread is at an address, and
/// its place in the library's block.
pub(crate) fn thread_local_place(address: usize) -> Option<(PathBuf, u64)> {
    ask(|library| {
        let at = address
            .checked_sub(library.0.dlpi_tls_data.addr())
            .filter(|_| !library.0.dlpi_tls_data.is_null())?;
        (at < library.thread_locals()).then(|| (library.path().to_owned(), at as u64))
    })
}

/// Returns `true` if the library that was opened by a path has the content of a
/// file, in all that nobody writes; `false` if it is not mapped.
pub(crate) fn is_of_content(path: &Path, file: &[u8]) -> bool {
    find(path, |library| library.is_of_content(file)).unwrap_or(false)
}

/// A library that the linker describes. It is mapped for as long as it does.
pub(super) struct Library<'l>(&'l libc::dl_phdr_info);

impl<'l> Library<'l> {
    pub(super) fn path(&self) -> &'l Path {
        let name = match self.0.dlpi_name.is_null() {
            true => c"",
            // SAFETY: the name of a library ends with NUL.
            false => unsafe { CStr::from_ptr(self.0.dlpi_name) },
        };
        Path::new(OsStr::from_bytes(name.to_bytes()))
    }

    fn headers(&self) -> &'l [Header] {
        match self.0.dlpi_phdr.is_null() {
            true => &[],
            // SAFETY: the linker says how many headers there are.
            false => unsafe { slice::from_raw_parts(self.0.dlpi_phdr, self.0.dlpi_phnum.into()) },
        }
    }

    /// Returns the parts that are mapped: their addresses and their headers.
    fn parts(&self) -> impl Iterator<Item = (Range<usize>, &'l Header)> {
        let headers = self.headers();
        let base = self.0.dlpi_addr as usize;
        let loaded = headers.iter().filter(|header| header.p_type == libc::PT_LOAD);
        loaded.map(move |header| {
            let start = base.wrapping_add(header.p_vaddr as usize);
            (start..start.saturating_add(header.p_memsz as usize), header)
        })
    }

    /// Returns the size of the block of its thread-locals.
    fn thread_locals(&self) -> usize {
        let mut headers = self.headers().iter();
        let block = headers.find(|header| header.p_type == libc::PT_TLS);
        block.map_or(0, |header| header.p_memsz as usize)
    }

    pub(super) fn addresses(&self) -> Option<Range<usize>> {
        let parts = self.parts().map(|(addresses, _)| addresses);
        parts.reduce(|all, next| all.start.min(next.start)..all.end.max(next.end))
    }

    /// Returns what the linker added to the addresses of its file.
    #[cfg(feature = "crash-notes")]
    pub(super) fn base(&self) -> usize {
        self.0.dlpi_addr as usize
    }

    /// Returns the part that contains an address, and nobody writes.
    #[cfg(feature = "crash-notes")]
    pub(super) fn part_with(&self, address: usize) -> Option<Range<usize>> {
        let mut constant = self.parts().filter(|(_, header)| header.p_flags & libc::PF_W == 0);
        constant.find_map(|(addresses, _)| addresses.contains(&address).then_some(addresses))
    }

    /// Returns the place of the table of its functions, in a part of its own.
    #[cfg(feature = "crash-notes")]
    pub(super) fn unwind_header(&self) -> Option<Range<usize>> {
        let mut headers = self.headers().iter();
        let header = headers.find(|header| header.p_type == libc::PT_GNU_EH_FRAME)?;
        let start = self.base().wrapping_add(header.p_vaddr as usize);
        let end = start.checked_add(header.p_memsz as usize)?;
        (end <= self.part_with(start)?.end).then_some(start..end)
    }

    fn is_of_content(&self, file: &[u8]) -> bool {
        let is_constant =
            |header: &Header| header.p_flags & (libc::PF_R | libc::PF_W) == libc::PF_R;
        let Ok(mut pipe) = io::pipe() else { return false };
        let mut constant = self.parts().filter(|(_, header)| is_constant(header));
        constant.all(|(addresses, header)| {
            let (begin, len) = (header.p_offset as usize, header.p_filesz as usize);
            let expected = file.get(begin..begin.saturating_add(len));
            expected.is_some_and(|expected| has_content(addresses.start, expected, &mut pipe))
        })
    }
}

/// Returns `true` if the memory at an address has this content.
///
/// The system copies it through a pipe: where the file was truncated that is mapped
/// there, it answers with an error. To read the memory here would end the process.
fn has_content(start: usize, content: &[u8], pipe: &mut (PipeReader, PipeWriter)) -> bool {
    /// What a pipe has room for everywhere.
    const PIECE: usize = 4096;
    let (reader, writer) = pipe;
    let mut found = [0; PIECE];
    content.chunks(PIECE).enumerate().all(|(i, content)| {
        let at = core::ptr::with_exposed_provenance(start.wrapping_add(i * PIECE));
        // SAFETY: the call reads that many bytes there, or answers with an error; it
        // writes nothing but the pipe.
        let written = unsafe { libc::write(writer.as_raw_fd(), at, content.len()) };
        let found = &mut found[..content.len()];
        written == content.len() as isize && reader.read_exact(found).is_ok() && found == content
    })
}

#[cfg(target_pointer_width = "64")]
type Header = libc::Elf64_Phdr;
#[cfg(not(target_pointer_width = "64"))]
type Header = libc::Elf32_Phdr;

/// Asks each library until one has an answer.
fn ask<T>(question: impl Fn(&Library<'_>) -> Option<T>) -> Option<T> {
    let mut answer = None;
    each(&mut |library| {
        answer = question(library);
        match answer.is_some() {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    });
    answer
}

/// Asks something of the library of a path, if it is mapped.
fn find<T>(path: &Path, ask: impl Fn(&Library<'_>) -> T) -> Option<T> {
    let mut found = None;
    each(&mut |library| {
        // Byte by byte: the linker keeps the path that it was given.
        if library.path().as_os_str() != path.as_os_str() {
            return ControlFlow::Continue(());
        }
        found = Some(ask(library));
        ControlFlow::Break(())
    });
    found
}

pub(super) type Visit<'v> = dyn FnMut(&Library<'_>) -> ControlFlow<()> + 'v;

/// Visits each library. The linker maps and unmaps nothing meanwhile.
pub(super) fn each(mut visit: &mut Visit<'_>) {
    unsafe extern "C" fn next(
        info: *mut libc::dl_phdr_info,
        _: libc::size_t,
        visit: *mut c_void,
    ) -> c_int {
        // SAFETY: the linker hands over a valid record, for this call, and what
        // `each` handed over.
        let (info, visit) = unsafe { (&*info, &mut *visit.cast::<&mut Visit<'_>>()) };
        c_int::from(visit(&Library(info)).is_break())
    }
    // SAFETY: `next` takes the pointer that is handed over here, which lives
    // until the call returns.
    unsafe { libc::dl_iterate_phdr(Some(next), (&raw mut visit).cast()) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_contains_its_own_code_and_has_the_content_of_its_file() {
        let here = a_library_contains_its_own_code_and_has_the_content_of_its_file as fn() as usize;
        let program = Image::of(Path::new(""));
        assert!(program.contains(here) && program.is_mapped());
        let other = libc::getppid as *const () as usize;
        let mut images = mapped().into_iter().map(|path| Image::of(&path));
        let c_library = images.find(|image| image.contains(other)).unwrap();
        assert!(!program.contains(other));
        let mut content = std::fs::read(&c_library.path).unwrap();
        assert!(is_of_content(&c_library.path, &content));
        let half = content.len() / 2;
        content[half..].fill(0);
        assert!(!is_of_content(&c_library.path, &content));
        assert!(!is_of_content(Path::new("/no/such/library.so"), &content));
    }

    #[test]
    fn memory_of_a_file_that_was_truncated_has_no_content() {
        // Pages of every system have this size or a smaller one.
        const PAGE: usize = 1 << 16;
        let mut file = tempfile::tempfile().unwrap();
        let content: Vec<u8> = (0..2 * PAGE).map(|at| (at % 251) as u8).collect();
        io::Write::write_all(&mut file, &content).unwrap();
        let (null, prot) = (core::ptr::null_mut(), libc::PROT_READ);
        // SAFETY: a new mapping, for reading; nothing here reads it but `write`.
        let start = unsafe {
            libc::mmap(null, content.len(), prot, libc::MAP_PRIVATE, file.as_raw_fd(), 0)
        };
        assert_ne!(start, libc::MAP_FAILED);
        let mut pipe = io::pipe().unwrap();
        let mut has = |content: &[u8]| has_content(start.addr(), content, &mut pipe);
        assert!(has(&content) && has(&content[..5000]) && !has(&content[1..]));
        file.set_len(PAGE as u64).unwrap();
        assert!(has(&content[..PAGE]) && !has(&content));
        // SAFETY: it was mapped above.
        assert_eq!(unsafe { libc::munmap(start, content.len()) }, 0);
        assert!(!has(&content[..PAGE]));
    }
}
