//! A library that is open and connected, and what it takes to close it.
#![expect(unsafe_code, reason = "looks at what the metadata vouches for")]

use core::ptr::NonNull;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use libloading::Library;

use crate::abi::PluginEntry;
use crate::host::error::UnloadError;
use crate::host::file::private_copy::PrivateCopy;
use crate::host::library::outcome::CloseRecord;
use crate::host::library::symbols::Symbols;
use crate::host::library::unmap;
use crate::host::library::unmap::Mapped;
use crate::host::services::Services;
use crate::metadata::PluginMetadata;

/// An open library. Whoever holds the last `Arc` of it closes it.
pub(crate) struct LoadedLibrary {
    pub(crate) path: PathBuf,
    pub(crate) metadata: PluginMetadata,
    /// The library's entry, a static of it; a library written by hand may have
    /// none.
    pub(crate) entry: Option<NonNull<PluginEntry>>,
    /// How many registrations were unmade, as the host counts.
    unmade: AtomicU64,
    close_record: CloseRecord,
    /// These three go together, the library first: see `Mapped`.
    library: Option<Library>,
    services: Option<Services>,
    copy: Option<PrivateCopy>,
}

// SAFETY: the pointers lead to data that nobody writes after `new`: the
// entry is a static of the library, the services are read by the library only.
unsafe impl Send for LoadedLibrary {}
// SAFETY: as above.
unsafe impl Sync for LoadedLibrary {}

impl LoadedLibrary {
    /// Takes over a library that was opened from `copy` and connected with
    /// `services`.
    pub(crate) fn new(
        path: &Path,
        metadata: PluginMetadata,
        entry: Option<NonNull<PluginEntry>>,
        library: Library,
        services: Services,
        copy: PrivateCopy,
    ) -> Self {
        LoadedLibrary {
            path: path.to_owned(),
            metadata,
            entry,
            unmade: AtomicU64::new(0),
            close_record: CloseRecord::default(),
            library: Some(library),
            services: Some(services),
            copy: Some(copy),
        }
    }

    /// The exported symbols; `None` once the library is closed.
    pub(crate) fn symbols(&self) -> Option<Symbols<'_>> {
        // SAFETY: a library comes here after its metadata was admitted.
        self.library.as_ref().map(|library| unsafe { Symbols::of(library) })
    }

    /// Counts registrations as unmade.
    pub(crate) fn count_unmade(&self, registrations: usize) {
        self.unmade.fetch_add(registrations as u64, Ordering::SeqCst);
    }

    pub(crate) fn close_record(&self) -> CloseRecord {
        self.close_record.clone()
    }

    /// Closes the library, if this is its last owner, and gives its count.
    pub(crate) fn close(self: Arc<Self>) -> Result<Option<u64>, UnloadError> {
        match Arc::into_inner(self) {
            Some(mut library) => library.finish().map(Some),
            None => Ok(None),
        }
    }

    /// The sum of the library's counters, one for each name of an interface. A
    /// library written by hand need not count: then the host's count is it.
    fn count(&self) -> u64 {
        let names: BTreeSet<_> = self.metadata.interfaces.iter().map(|i| i.name()).collect();
        let counter = |name| self.symbols().and_then(|symbols| symbols.counter(name));
        let counters: Vec<_> = names.into_iter().filter_map(counter).collect();
        match counters.is_empty() {
            true => self.unmade.load(Ordering::SeqCst),
            false => counters.into_iter().map(|counter| counter() as u64).sum(),
        }
    }

    fn finish(&mut self) -> Result<u64, UnloadError> {
        let count = self.count();
        let (Some(library), Some(services), Some(copy)) =
            (self.library.take(), self.services.take(), self.copy.take())
        else {
            return Ok(0);
        };
        let (path, close_record) = (self.path.clone(), self.close_record.clone());
        unmap::close(Mapped { path, close_record, count, library, services, copy })
            .map_err(|source| UnloadError::Close { path: self.path.clone(), source })?;
        Ok(count)
    }
}

/// Whether a library that was closed is mapped nevertheless.
pub(crate) fn is_mapped(copy: &PrivateCopy) -> bool {
    #[cfg(unix)]
    {
        use libloading::os::unix::{Library, RTLD_LAZY};
        // SAFETY: opens nothing that is not open; constructors do not run again.
        let found = unsafe { Library::open(Some(copy.path()), RTLD_LAZY | libc::RTLD_NOLOAD) };
        // Without its file, some linkers cannot tell.
        found.is_ok() || !copy.path().exists()
    }
    #[cfg(not(unix))]
    {
        let _ = copy;
        false
    }
}

impl Drop for LoadedLibrary {
    fn drop(&mut self) {
        // Nobody is there to be told; `close` is for those who ask.
        let _ = self.finish();
    }
}
