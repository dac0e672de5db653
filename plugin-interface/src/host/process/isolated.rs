//! The handle of a library in a process of its own.

use std::path::Path;
use std::sync::Arc;

use super::error::WorkerError;
use super::library::{Library, Start};
#[cfg(feature = "log")]
use super::logs;
use super::plugin::IsolatedPlugin;
use super::worker::Worker;
use crate::host::file::private_copy::PrivateCopy;
use crate::host::services::offers::Found;
use crate::metadata::PluginMetadata;

/// A library that runs in a process of its own.
///
/// [`PluginManager::load_isolated`](crate::PluginManager::load_isolated) returns it.
/// When the process dies, the call that it was in returns a [`WorkerError`]. The next
/// call starts another process from the same bytes, with new instances: what the old
/// ones kept is lost. A process that dies between two calls is an error of the second
/// one only if that begins within a millisecond of the first one.
///
/// Calls of several threads run at once, where the interface is `Send + Sync` and has no
/// `&mut self`; others wait for each other. The process ends when the last handle, proxy
/// and object of it is dropped. Then the plugins have a second to be destroyed.
///
/// Feature `process`.
#[derive(Clone, Debug)]
pub struct Isolated {
    pub(super) library: Arc<Library>,
}

impl Isolated {
    /// Starts the first worker. Each one gets these bytes, with what it tells the
    /// constructors, and what the host offers.
    pub(in crate::host) fn start(
        path: &Path,
        metadata: PluginMetadata,
        copy: PrivateCopy,
        worker: Worker,
        (told, services): (Vec<u8>, Vec<Found>),
    ) -> Result<Self, WorkerError> {
        #[cfg(feature = "log")]
        let services =
            services.into_iter().chain([logs::service(&metadata.package.name)]).collect();
        let library = Library::start(path, metadata, Start { worker, told, services, copy })?;
        Ok(Isolated { library: Arc::new(library) })
    }

    /// Returns the library's file, as the host found it.
    ///
    /// Feature `process`.
    pub fn path(&self) -> &Path {
        &self.library.path
    }

    /// Returns the library's metadata.
    ///
    /// Feature `process`.
    pub fn metadata(&self) -> &PluginMetadata {
        &self.library.metadata
    }

    /// Returns the plugins of the library.
    ///
    /// Feature `process`.
    pub fn plugins(&self) -> Vec<IsolatedPlugin> {
        let plugin = |index| IsolatedPlugin { library: Arc::clone(&self.library), index };
        (0..self.library.plugins.len()).map(plugin).collect()
    }

    /// Returns the last 64 KiB of what the process printed, to stdout and to stderr.
    ///
    /// Feature `process`.
    pub fn output(&self) -> String {
        self.library.output()
    }

    /// Returns the number of the process; `None` if none runs.
    ///
    /// Feature `process`.
    pub fn process_id(&self) -> Option<u32> {
        self.library.process_id()
    }
}
