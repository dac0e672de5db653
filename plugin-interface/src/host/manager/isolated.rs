//! A library in a process of its own, with the manager's policy.

use std::path::Path;

use crate::host::load::admit::Wanted;
use crate::host::load::discover::Candidate;
use crate::host::load::plugins::Plugins;
use crate::host::manager::PluginManager;
use crate::host::process::{Isolated, Worker, WorkerError, is_worker};

impl PluginManager {
    /// Loads every plugin of one library in a process of its own.
    ///
    /// The library is copied and checked in this process, by the policy of the
    /// manager. It is opened in the other one. A plugin that crashes there, hangs or
    /// ends its process is an error of the call.
    ///
    /// The settings and the folders of the policy reach the plugins. So do the services
    /// that this manager offers now, if their interfaces can go to another process; each
    /// of their calls is a message.
    ///
    /// Exists on Unix.
    ///
    /// Feature `process`.
    ///
    /// # Errors
    ///
    /// If the library is refused, or if the worker cannot be started or cannot load it.
    pub fn load_isolated(
        &self,
        path: impl AsRef<Path>,
        worker: Worker,
    ) -> Result<Isolated, WorkerError> {
        if is_worker() {
            return Err(WorkerError::IsWorker);
        }
        let path = path.as_ref();
        let mut plugins = Plugins::of(Wanted::Any);
        let loader = self.libraries.loader();
        let Some((copy, metadata)) =
            loader.copy_for_worker(&Candidate::named(path), &mut plugins)?
        else {
            unreachable!("nothing was read before that the content could equal")
        };
        let told = (plugins.context().to_bytes(), self.libraries.offers().all());
        Isolated::start(path, metadata, copy, worker, told)
    }
}
