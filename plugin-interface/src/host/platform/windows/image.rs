//! The places of libraries in memory, as the loader of Windows knows them.
#![expect(unsafe_code, reason = "asks the loader")]

use core::ffi::c_void;
use core::ops::Range;
use std::ffi::{OsStr, OsString};
use std::os::windows::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::ptr::{null, null_mut};

use windows_sys::Win32::Foundation::{FreeLibrary, HMODULE};
use windows_sys::Win32::Storage::FileSystem::SearchPathW;
use windows_sys::Win32::System::LibraryLoader::{
    GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, GET_MODULE_HANDLE_EX_FLAG_PIN,
    GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT, GetModuleFileNameW, GetModuleHandleExW,
};
use windows_sys::Win32::System::ProcessStatus::{
    K32EnumProcessModules, K32GetModuleInformation, MODULEINFO,
};
use windows_sys::Win32::System::Threading::GetCurrentProcess;

use crate::host::platform::windows::constant_parts::constant_parts;

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

    /// Returns `true` if an address is in the library.
    pub(crate) fn contains(&self, address: usize) -> bool {
        self.addresses.as_ref().is_some_and(|addresses| addresses.contains(&address))
    }
}

fn addresses(path: &Path) -> Option<Range<usize>> {
    let module = named(path, GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT)?;
    let mut info = MODULEINFO { lpBaseOfDll: null_mut(), SizeOfImage: 0, EntryPoint: null_mut() };
    // SAFETY: the answer goes to `info`, whose size is passed.
    let known = unsafe {
        K32GetModuleInformation(GetCurrentProcess(), module, &mut info, size_of_val(&info) as u32)
    };
    let begin = info.lpBaseOfDll.addr();
    (known != 0).then(|| begin..begin.saturating_add(info.SizeOfImage as usize))
}

/// Returns the library that was opened by a path.
fn named(path: &Path, flags: u32) -> Option<HMODULE> {
    let name: Vec<u16> = path.as_os_str().encode_wide().chain([0]).collect();
    let mut module: HMODULE = null_mut();
    // SAFETY: the name ends with zero, and the answer goes to `module`.
    let found = unsafe { GetModuleHandleExW(flags, name.as_ptr(), &mut module) };
    (found != 0).then_some(module)
}

/// Keeps a library mapped for good.
pub(crate) fn keep(path: &Path) {
    let _ = named(path, GET_MODULE_HANDLE_EX_FLAG_PIN);
}

/// Returns the file of the library that contains an address.
pub(crate) fn file_at(address: *const c_void) -> Option<PathBuf> {
    let flags =
        GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT;
    let mut module: HMODULE = null_mut();
    // SAFETY: with this flag the name is an address, of anything; the answer
    // goes to `module`.
    let found = unsafe { GetModuleHandleExW(flags, address.cast(), &mut module) };
    (found != 0).then(|| file_of(module)).flatten()
}

/// Returns the file of a library.
fn file_of(module: HMODULE) -> Option<PathBuf> {
    // The longest path that the system knows.
    let mut name = vec![0; 1 << 15];
    // SAFETY: the answer goes to `name`, whose length is passed.
    let len = unsafe { GetModuleFileNameW(module, name.as_mut_ptr(), name.len() as u32) };
    name.truncate(len as usize);
    (len > 0).then(|| OsString::from_wide(&name).into())
}

/// Returns the files of all libraries that are mapped.
pub(crate) fn mapped() -> Vec<PathBuf> {
    let mut modules: Vec<HMODULE> = vec![null_mut(); 128];
    loop {
        let size = size_of_val(&modules[..]) as u32;
        let mut needed = 0;
        // SAFETY: the answers go to `modules`, whose size is passed, and to
        // `needed`.
        let known = unsafe {
            K32EnumProcessModules(GetCurrentProcess(), modules.as_mut_ptr(), size, &mut needed)
        };
        let len = needed as usize / size_of::<HMODULE>();
        if known == 0 {
            return Vec::new();
        }
        if len <= modules.len() {
            modules.truncate(len);
            return modules.into_iter().filter_map(file_of).collect();
        }
        modules.resize(len + 16, null_mut());
    }
}

/// Returns `true` if a library that is mapped from a path has that name.
pub(crate) fn is_named(mapped: &Path, name: &OsStr) -> bool {
    mapped.file_name().is_some_and(|file| file.eq_ignore_ascii_case(name))
}

/// Returns `true` if the loader has no library of that name, and finds none.
pub(crate) fn is_missing(name: &OsStr) -> bool {
    if named(name.as_ref(), GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT).is_some() {
        return false;
    }
    let name: Vec<u16> = name.encode_wide().chain([0]).collect();
    // SAFETY: the name ends with zero, and no answer is asked for.
    unsafe { SearchPathW(null(), name.as_ptr(), null(), 0, null_mut(), null_mut()) == 0 }
}

/// Returns `true` if the library that is mapped from a path has the content of
/// a file, as far as nothing of it is changed when it is mapped: its headers and
/// its code. The file may have been renamed since, and another one have its path.
pub(crate) fn is_of_content(path: &Path, file: &[u8]) -> bool {
    // Counted, so that it stays mapped meanwhile.
    let Some(module) = named(path, 0) else { return false };
    let is_same = addresses(path).is_some_and(|addresses| {
        let parts = constant_parts(file, addresses.start);
        parts.is_some_and(|parts| {
            parts.iter().all(|part| {
                let (at, len) = (part.at, part.bytes.len());
                at.checked_add(len).is_some_and(|end| end <= addresses.len()) && {
                    let begin = core::ptr::with_exposed_provenance::<u8>(addresses.start + at);
                    // SAFETY: the loader mapped the library there, and nobody
                    // writes its headers and code, which can be read. The headers
                    // come first: where they differ, nothing else is looked at.
                    unsafe { core::slice::from_raw_parts(begin, len) == &part.bytes[..] }
                }
            })
        })
    });
    // SAFETY: it was counted above.
    unsafe { FreeLibrary(module) };
    is_same
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_contains_its_own_code() {
        let here = a_library_contains_its_own_code as fn() as usize;
        let file = file_at(core::ptr::without_provenance(here)).unwrap();
        assert_eq!(file, std::env::current_exe().unwrap());
        let program = Image::of(&file);
        assert!(program.contains(here) && program.is_mapped());
        assert!(mapped().contains(&file));
        let content = std::fs::read(&file).unwrap();
        assert!(is_of_content(&file, &content));
        let begin = object::read::pe::PeFile64::parse(&content[..]).unwrap();
        let code = begin.section_table().iter().next().unwrap().pe_file_range().0 as usize;
        let mut other = content.clone();
        other[code + 100] ^= 1;
        assert!(!is_of_content(&file, &other) && !is_of_content(&file, b"no library"));
        assert!(is_named(&file, &file.file_name().unwrap().to_ascii_uppercase()));
        assert!(is_missing("no-such-library.dll".as_ref()));
        assert!(!is_missing("kernel32.dll".as_ref()));
        let system = mapped().into_iter().find(|path| path.ends_with("kernel32.dll")).unwrap();
        assert!(!Image::of(&system).contains(here));
    }
}
