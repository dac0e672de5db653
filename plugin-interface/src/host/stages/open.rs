//! Open: map the copy, so that its constructors run, and connect.
#![expect(unsafe_code, reason = "runs a library's code")]

use std::path::Path;

use libloading::Library;

use super::copy::PrivateCopy;
use crate::abi::{ABI_VERSION, ENTRY_SYMBOL, PluginEntry};
use crate::host::error::LoadError;
use crate::host::library::{LoadedLibrary, symbol};
use crate::host::panics::Services;
use crate::metadata::PluginMetadata;

/// Opens and connects a library that was admitted.
pub(crate) fn open(
    path: &Path,
    copy: PrivateCopy,
    metadata: PluginMetadata,
) -> Result<LoadedLibrary, LoadError> {
    let library = map(path, &copy)?;
    let services = Services::new(format!("plugin {}", path.display()));
    let entry = entry(path, &library, &metadata)?;
    if let Some(entry) = entry {
        // SAFETY: the services go into the `LoadedLibrary`, which drops them
        // after it has closed the library.
        unsafe { connect(path, entry, &services) }?;
    }
    Ok(LoadedLibrary::new(path, metadata, entry, library, services, copy))
}

/// Hands the services over.
///
/// # Safety
///
/// The services stay where they are until the library is closed.
pub(crate) unsafe fn connect(
    path: &Path,
    entry: &PluginEntry,
    services: &Services,
) -> Result<(), LoadError> {
    // SAFETY: the entry's type was checked; the services stay valid by the
    // contract of this function.
    match unsafe { (entry.connect)(services.offered()) } {
        0 => Ok(()),
        code => Err(LoadError::Connect { path: path.to_owned(), code }),
    }
}

/// Maps the copy. Its symbols stay its own, and all that it needs are resolved
/// now: a missing one is an error here and not the end of the host later.
pub(crate) fn map(path: &Path, copy: &PrivateCopy) -> Result<Library, LoadError> {
    #[cfg(unix)]
    use libloading::os::unix::{Library as System, RTLD_LOCAL, RTLD_NOW};
    // SAFETY: the metadata says that this is a plugin, which is what its user
    // vouches for by handing it to a host: its constructors run here.
    #[cfg(unix)]
    let opened = unsafe { System::open(Some(copy.path()), RTLD_NOW | RTLD_LOCAL) };
    #[cfg(not(unix))]
    use libloading::Library as System;
    // SAFETY: as above.
    #[cfg(not(unix))]
    let opened = unsafe { System::new(copy.path()) };
    opened.map(Library::from).map_err(|source| LoadError::Open { path: path.to_owned(), source })
}

/// The entry of a library: every library built by the macros has one.
pub(crate) fn entry(
    path: &Path,
    library: &Library,
    metadata: &PluginMetadata,
) -> Result<Option<&'static PluginEntry>, LoadError> {
    let Some(address) = symbol(library, ENTRY_SYMBOL) else {
        if metadata.package.rust {
            let symbol = ENTRY_SYMBOL.to_owned();
            return Err(LoadError::MissingSymbol { path: path.to_owned(), symbol });
        }
        return Ok(None);
    };
    // SAFETY: a plugin's symbol of this name has this type (docs/abi.md).
    let get: extern "C" fn() -> *const PluginEntry = unsafe { core::mem::transmute(address) };
    // SAFETY: the entry is a static of the library, which is null or lives as
    // long as the library is mapped. `LoadedLibrary` does not give it out.
    let Some(entry) = (unsafe { get().as_ref() }) else {
        return Ok(None);
    };
    if entry.abi_version != ABI_VERSION || (entry.size as usize) < size_of::<PluginEntry>() {
        let (path, found) = (path.to_owned(), entry.abi_version);
        return Err(LoadError::AbiVersion { path, expected: ABI_VERSION, found });
    }
    Ok(Some(entry))
}
