//! A library that is open and connected, and what it takes to close it.
#![expect(unsafe_code, reason = "calls symbols whose types the metadata vouches for")]

use core::ffi::c_void;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use libloading::Library;

use super::error::UnloadError;
use super::panics::Services;
use super::stages::copy::PrivateCopy;
use crate::abi::PluginEntry;
use crate::metadata::PluginMetadata;

/// What is known of a library once it is closed: its unmaker count.
pub(super) type Epitaph = Arc<OnceLock<u64>>;

/// An open library. Whoever holds the last `Arc` of it closes it.
pub(crate) struct LoadedLibrary {
    pub(super) path: PathBuf,
    pub(super) metadata: PluginMetadata,
    /// The library's entry; a library written by hand may have none.
    pub(super) entry: Option<&'static PluginEntry>,
    /// How many registrations were unmade, as the host counts.
    unmade: AtomicU64,
    epitaph: Epitaph,
    /// Closed before what it was lent and what it is mapped from are freed:
    /// the fields below are declared after it.
    library: Option<Library>,
    #[expect(dead_code, reason = "lent to the library")]
    services: Box<Services>,
    /// The file that is mapped.
    pub(super) copy: PrivateCopy,
}

// SAFETY: the pointers lead to data that nobody writes after `new`: the
// entry is a static of the library, the services are read by the library only.
unsafe impl Send for LoadedLibrary {}
// SAFETY: as above.
unsafe impl Sync for LoadedLibrary {}

impl LoadedLibrary {
    /// Takes over a library that was opened from `copy` and connected with
    /// `services`.
    pub(super) fn new(
        path: &Path,
        metadata: PluginMetadata,
        entry: Option<&'static PluginEntry>,
        library: Library,
        services: Box<Services>,
        copy: PrivateCopy,
    ) -> Self {
        LoadedLibrary {
            path: path.to_owned(),
            metadata,
            entry,
            unmade: AtomicU64::new(0),
            epitaph: Epitaph::default(),
            library: Some(library),
            services,
            copy,
        }
    }

    /// The address of an exported symbol.
    pub(super) fn symbol(&self, name: &str) -> Option<*const c_void> {
        symbol(self.library.as_ref()?, name)
    }

    /// Counts registrations as unmade.
    pub(super) fn count_unmade(&self, registrations: usize) {
        self.unmade.fetch_add(registrations as u64, Ordering::SeqCst);
    }

    pub(super) fn epitaph(&self) -> Epitaph {
        Arc::clone(&self.epitaph)
    }

    /// Closes the library, if this is its last owner, and gives its count.
    pub(super) fn close(self: Arc<Self>) -> Result<Option<u64>, UnloadError> {
        match Arc::into_inner(self) {
            Some(mut library) => library.finish().map(Some),
            None => Ok(None),
        }
    }

    fn finish(&mut self) -> Result<u64, UnloadError> {
        let Some(library) = self.library.take() else {
            return Ok(0);
        };
        let counts: Vec<u64> = self
            .metadata
            .interfaces
            .iter()
            .filter_map(|interface| unmaker_counter(&library, interface.name()))
            .collect();
        // A library written by hand need not count: then the host's count is it.
        let count = match counts.is_empty() {
            true => self.unmade.load(Ordering::SeqCst),
            false => counts.iter().sum(),
        };
        let _ = self.epitaph.set(count);
        library.close().map_err(|source| UnloadError::Close { path: self.path.clone(), source })?;
        Ok(count)
    }
}

impl Drop for LoadedLibrary {
    fn drop(&mut self) {
        // Nobody is there to be told; `close` is for those who ask.
        let _ = self.finish();
    }
}

/// The address of an exported symbol.
pub(super) fn symbol(library: &Library, name: &str) -> Option<*const c_void> {
    // SAFETY: the symbol is not used as anything here, only its address taken.
    let address = unsafe { library.get::<*const c_void>(name) }.ok().map(|symbol| *symbol)?;
    (!address.is_null()).then_some(address)
}

/// The unmaker counter of an interface in a library whose metadata has it.
pub(super) fn unmaker_counter(library: &Library, interface: &str) -> Option<u64> {
    let address = symbol(library, &format!("plugin_unmaker_counter_{interface}_v1"))?;
    // SAFETY: a plugin's symbol of this name has this type (docs/abi.md), and
    // the caller has seen in the metadata that this is a plugin.
    let counter: extern "C" fn() -> usize = unsafe { core::mem::transmute(address) };
    Some(counter() as u64)
}
