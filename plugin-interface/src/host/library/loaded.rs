//! A library that is open and connected, until it is closed; or plugins that are
//! linked into this program.
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
use crate::host::library::outcome::{CloseRecord, CloseState};
use crate::host::library::symbols::Symbols;
use crate::host::library::unmap;
use crate::host::services::linked::LinkedServices;
use crate::host::services::provided::Provider;
use crate::host::tasks::PluginTasks;
use crate::metadata::PluginMetadata;
use crate::runtime::entry::of_this_binary;

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
    /// Before the next field: the entry is a static of it.
    code: Code,
    /// The plugins whose services those of this library need. They are destroyed
    /// after these.
    pub(crate) providers: Vec<Arc<dyn Provider>>,
}

/// The place of a library's code.
enum Code {
    Mapped(Box<Mapped>),
    /// In this program, in the package with that record, which is offered services.
    Program(&'static [u8], LinkedServices),
    Closed,
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
            code: Code::Mapped(Box::new(mapped)),
            providers: Vec::new(),
        }
    }

    /// Returns the plugins of one package that is linked into this program, by the
    /// record of the package. They are never unmapped.
    pub(crate) fn linked(
        path: PathBuf,
        metadata: PluginMetadata,
        package: &'static [u8],
        services: LinkedServices,
    ) -> Self {
        LoadedLibrary {
            path,
            metadata,
            entry: Some(NonNull::from(of_this_binary())),
            unmade: AtomicU64::new(0),
            close_record: CloseRecord::default(),
            code: Code::Program(package, services),
            providers: Vec::new(),
        }
    }

    /// Returns `true` if plugins of a package with that record belong to it. All
    /// of a file do.
    pub(crate) fn has_package(&self, record: &[u8]) -> bool {
        match self.code {
            Code::Program(package, _) => record == package,
            Code::Mapped(_) | Code::Closed => true,
        }
    }

    fn mapped(&self) -> Option<&Mapped> {
        match &self.code {
            Code::Mapped(mapped) => Some(mapped),
            Code::Program(..) | Code::Closed => None,
        }
    }

    /// Returns the package that is linked into this program; `None` for a file.
    pub(crate) fn linked_package(&self) -> Option<&str> {
        matches!(self.code, Code::Program(..)).then_some(&*self.metadata.package.name)
    }

    /// Calls what creates a plugin. If that is linked into this program, it finds its
    /// services so.
    pub(crate) fn while_making<R>(&self, make: impl FnOnce() -> R) -> R {
        match &self.code {
            Code::Program(_, services) => services.while_making(make),
            Code::Mapped(_) | Code::Closed => make(),
        }
    }

    /// The file that is mapped; `None` once the library is closed, and in a program.
    pub(crate) fn copy(&self) -> Option<&PrivateCopy> {
        self.mapped().map(|mapped| &mapped.copy)
    }

    /// Names the tasks of a plugin that have not ended, if they keep the library.
    pub(crate) fn watch_tasks(&self, tasks: &PluginTasks) {
        if let (Some(mapped), Some(group)) = (self.mapped(), tasks.group()) {
            mapped.services.watch_tasks(group);
        }
    }

    /// Names functions of the library, for notes about crashes.
    pub(crate) fn name_functions(&self, functions: impl FnOnce() -> Vec<NamedFunction>) {
        if let Some(mapped) = self.mapped() {
            crash_notes::add_functions(&mapped.image, functions);
        }
    }

    /// The exported symbols; `None` once the library is closed, and in a program.
    pub(crate) fn symbols(&self) -> Option<Symbols<'_>> {
        // SAFETY: a library comes here after its metadata was admitted.
        self.mapped().map(|mapped| unsafe { Symbols::of(&mapped.library) })
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
    /// interface. A hand-written library need not count, and those of a program
    /// begin with the program: then the host's count is used.
    fn count(&self) -> u64 {
        let names: BTreeSet<_> = self.metadata.interfaces.iter().map(|i| i.name()).collect();
        let counter = |name| self.symbols().and_then(|symbols| symbols.counter(name));
        let counters: Vec<_> = names.into_iter().filter_map(counter).collect();
        match counters.is_empty() {
            true => self.unmade.load(Ordering::SeqCst),
            false => counters.into_iter().map(|counter| counter as u64).sum(),
        }
    }

    fn finish(&mut self) -> Result<u64, UnloadError> {
        let count = self.count();
        let mapped = match core::mem::replace(&mut self.code, Code::Closed) {
            Code::Mapped(mapped) => *mapped,
            Code::Program(..) => {
                self.close_record.write(count, CloseState::InProgram);
                return Ok(count);
            }
            Code::Closed => return Ok(0),
        };
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
