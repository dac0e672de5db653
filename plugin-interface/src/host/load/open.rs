//! Open: map the copy, so that its constructors run, and connect.
#![expect(unsafe_code, reason = "runs a library's code")]

use core::ptr::NonNull;
use std::path::Path;
use std::sync::Arc;

use libloading::Library;

use crate::abi::{ABI_VERSION, ENTRY_SYMBOL, HostServices, PluginEntry};
use crate::host::crash_notes;
use crate::host::error::LoadError;
use crate::host::file::private_copy::PrivateCopy;
#[cfg(feature = "in-flight")]
use crate::host::in_flight;
use crate::host::library::loaded::LoadedLibrary;
use crate::host::library::mapped::Mapped;
use crate::host::library::outcome::CloseRecord;
use crate::host::library::own_threads::OwnThreads;
use crate::host::library::symbols::Symbols;
use crate::host::library::unique;
use crate::host::load::companions;
use crate::host::platform;
use crate::host::platform::Image;
use crate::host::services::Services;
use crate::host::services::offers::Offers;
use crate::host::thread_exits;
use crate::metadata::PluginMetadata;

/// Maps a library that was admitted.
pub(crate) fn open(
    path: &Path,
    copy: PrivateCopy,
    metadata: &PluginMetadata,
    offers: Option<Arc<Offers>>,
) -> Result<Mapped, LoadError> {
    if metadata.package.rust && copy.linkage().entry_is_elsewhere {
        let library = copy.linkage().needed.join(", ".as_ref()).display().to_string();
        return Err(LoadError::SharedRuntime { path: path.to_owned(), library });
    }
    let counts_exits = metadata.package.rust && thread_exits::MATTER;
    let label = format!("plugin {}", path.display());
    let must_report = counts_exits || thread_exits::keep_mapped(copy.linkage());
    let services = Services::new(label, &metadata.package.name, must_report, offers);
    let threads = match counts_exits {
        true => OwnThreads::counted(),
        false if metadata.package.rust => OwnThreads::of_rust(),
        false => OwnThreads::of(&copy),
    };
    let (library, image) = map(path, &copy)?;
    crash_notes::add_library(&image, path);
    #[cfg(feature = "in-flight")]
    in_flight::add_library(&image, path);
    let (path, close_record) = (path.to_owned(), CloseRecord::default());
    Ok(Mapped { path, close_record, count: 0, library, image, threads, services, copy })
}

/// Hands the host's services over to a library that was opened.
pub(super) fn connect(
    mapped: Mapped,
    metadata: PluginMetadata,
) -> Result<LoadedLibrary, LoadError> {
    let entry = entry(&mapped.path, &mapped.library, &metadata)?;
    let offered = mapped.services.offered();
    // First, so that the library decides about its services whatever happens.
    let library = LoadedLibrary::new(mapped, metadata, entry);
    if let Some(entry) = entry {
        // SAFETY: the library drops its services after it is closed, and not at
        // all if it stays mapped.
        unsafe { hand_over(&library.path, entry, offered) }?;
    }
    Ok(library)
}

/// Hands the services over.
///
/// # Safety
///
/// The entry is that of an open library, and the services live until it is
/// closed.
pub(crate) unsafe fn hand_over(
    path: &Path,
    entry: NonNull<PluginEntry>,
    services: *const HostServices,
) -> Result<(), LoadError> {
    // SAFETY: the contract of this function. Not by a reference: the entries of
    // older plugins are shorter.
    match unsafe { ((*entry.as_ptr()).connect)(services) } {
        0 => Ok(()),
        code => Err(LoadError::Connect { path: path.to_owned(), code }),
    }
}

/// Maps the copy. Its symbols are not visible to other libraries. All symbols
/// that it needs are resolved now, so that a missing one is an error here and
/// does not end the host later.
pub(crate) fn map(path: &Path, copy: &PrivateCopy) -> Result<(Library, Image), LoadError> {
    let library = companions::open(path, copy, |file| {
        // SAFETY: a plugin, or what a plugin needs, which is what its user
        // vouches for by handing it to a host: its constructors run here.
        crash_notes::during(path, "was opened", || unsafe { platform::map(file) })
            .map_err(|error| LoadError::opening(path, &error, file))
    })?;
    let image = Image::of(copy.path());
    unique::remember(copy, &image);
    Ok((library, image))
}

/// The entry of a library: every library built by the macros has one.
pub(crate) fn entry(
    path: &Path,
    library: &Library,
    metadata: &PluginMetadata,
) -> Result<Option<NonNull<PluginEntry>>, LoadError> {
    let path = || path.to_owned();
    // SAFETY: the metadata, which came from the same file, was admitted.
    let Some(get) = unsafe { Symbols::of(library) }.entry() else {
        if metadata.package.rust {
            return Err(LoadError::MissingSymbol { path: path(), symbol: ENTRY_SYMBOL.to_owned() });
        }
        return Ok(None);
    };
    let Some(entry) = NonNull::new(get().cast_mut()) else {
        return Ok(None);
    };
    // SAFETY: an entry is a static of the library that begins with its version
    // and its size, whatever these are.
    let (version, size) = unsafe {
        let entry = entry.as_ptr();
        ((*entry).abi_version, (*entry).size as usize)
    };
    if version != ABI_VERSION {
        let found = version;
        return Err(LoadError::AbiVersion { path: path(), expected: ABI_VERSION, found });
    }
    if size < PluginEntry::FIRST_SIZE {
        let expected = PluginEntry::FIRST_SIZE;
        return Err(LoadError::Entry { path: path(), expected, found: size });
    }
    Ok(Some(entry))
}
