//! Starting the plugins of a load, when all of them were created.

use std::sync::Arc;

use super::libraries::Libraries;
use crate::host::error::LoadError;
use crate::host::load::needs;
use crate::host::manager::handle::PluginHandle;
use crate::host::services::provided::Provider;

/// A load whose plugins are started, each after those whose services it needs.
#[derive(Default)]
pub(super) struct Starting {
    /// Those that provide services, and did not start.
    failed: Vec<Arc<dyn Provider>>,
}

impl Starting {
    /// Starts the plugins of one library. Returns those that started, and the errors of
    /// the others, whose services are not offered any more.
    pub(super) fn start(
        &mut self,
        libraries: &Libraries,
        handles: Vec<PluginHandle>,
    ) -> (Vec<PluginHandle>, Vec<LoadError>) {
        let (mut started, mut failed) = (Vec::new(), Vec::new());
        for handle in handles {
            match self.start_one(libraries, &handle) {
                Ok(()) => started.push(handle),
                Err(error) => failed.push(error),
            }
        }
        (started, failed)
    }

    fn start_one(&mut self, libraries: &Libraries, handle: &PluginHandle) -> Result<(), LoadError> {
        let result = match self.lost_need(libraries, handle) {
            Some(error) => Err(error),
            None => handle.start(libraries.loader().policy().time_to_stop()),
        };
        if let (Err(_), Some(provider)) = (&result, handle.as_provider()) {
            libraries.offers().of_plugins.remove(&provider);
            self.failed.push(provider);
        }
        result
    }

    /// Returns the error of a plugin that was created with a service of one that did
    /// not start.
    fn lost_need(&self, libraries: &Libraries, handle: &PluginHandle) -> Option<LoadError> {
        let is_failed =
            |used: &Arc<dyn Provider>| self.failed.iter().any(|it| Arc::ptr_eq(it, used));
        if !handle.providers().iter().any(is_failed) {
            return None;
        }
        needs::check(handle.path(), handle.registration()?, libraries.offers()).err()
    }
}
