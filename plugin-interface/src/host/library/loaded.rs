//! A library that is open and connected, until it is closed.
#![expect(unsafe_code, reason = "looks at what the metadata vouches for")]

use core::ptr::NonNull;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::abi::PluginEntry;
use crate::host::crash_notes::{self, NamedFunction};
use crate::host::error::{UnloadError, linker_message};
use crate::host::file::private_copy::PrivateCopy;
use crate::host::library::mapped::Mapped;
use crate::host::library::outcome::CloseRecord;
use crate::host::library::symbols::Symbols;
use crate::host::library::unmap;
use crate::metadata::PluginMetadata;

/// An open library. The last owner of an `Arc` of it closes it.
pub(crate) struct LoadedLibrary {
    pub(crate) path: PathBuf,
    pub(crate) metadata: PluginMetadata,
    /// The library's entry, a static of it. A hand-written library may have
    /// none.
    pub(crate) entry: Option<NonNull<PluginEntry>>,
    /// The number of destroyed registrations, as the host counts.
    unmade: AtomicU64,
    close_record: CloseRecord,
    /// Last: the entry is a static of it.
    mapped: Option<Mapped>,
}

// SAFETY: the pointers refer to data that nobody writes after `new`: the entry
// is a static of the library, and only the library reads the services.
unsafe impl Send for LoadedLibrary {}
// SAFETY: as above.
unsafe impl Sync for LoadedLibrary {}

impl LoadedLibrary {
    /// Takes over a library that was opened and is about to be connected.
    pub(crate) fn new(
        mapped: Mapped,
        metadata: PluginMetadata,
        entry: Option<NonNull<PluginEntry>>,
    ) -> Self {
        LoadedLibrary {
            path: mapped.path.clone(),
            metadata,
            entry,
            unmade: AtomicU64::new(0),
            close_record: mapped.close_record.clone(),
            mapped: Some(mapped),
        }
    }

    /// The file that is mapped; `None` once the library is closed.
    pub(crate) fn copy(&self) -> Option<&PrivateCopy> {
        self.mapped.as_ref().map(|mapped| &mapped.copy)
    }

    /// Names functions of the library, for notes about crashes.
    pub(crate) fn name_functions(&self, functions: impl FnOnce() -> Vec<NamedFunction>) {
        if let Some(mapped) = &self.mapped {
            crash_notes::add_functions(&mapped.image, functions);
        }
    }

    /// The exported symbols; `None` once the library is closed.
    pub(crate) fn symbols(&self) -> Option<Symbols<'_>> {
        // SAFETY: a library comes here after its metadata was admitted.
        self.mapped.as_ref().map(|mapped| unsafe { Symbols::of(&mapped.library) })
    }

    /// Counts registrations as destroyed.
    pub(crate) fn count_unmade(&self, registrations: usize) {
        self.unmade.fetch_add(registrations as u64, Ordering::SeqCst);
    }

    pub(crate) fn close_record(&self) -> CloseRecord {
        self.close_record.clone()
    }

    /// Closes the library if this is its last owner, and returns its count.
    pub(crate) fn close(self: Arc<Self>) -> Result<Option<u64>, UnloadError> {
        match Arc::into_inner(self) {
            Some(mut library) => library.finish().map(Some),
            None => Ok(None),
        }
    }

    /// Returns the sum of the library's counters, one for each name of an
    /// interface. A hand-written library need not count: then the host's count
    /// is used.
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
        let Some(mapped) = self.mapped.take() else { return Ok(0) };
        unmap::close(Mapped { count, ..mapped }).map_err(|error| {
            let source = linker_message(&error, &self.path);
            UnloadError::Close { path: self.path.clone(), source }
        })?;
        Ok(count)
    }
}

impl Drop for LoadedLibrary {
    fn drop(&mut self) {
        // Nobody asks for the error here; `close` returns it.
        let _ = self.finish();
    }
}
