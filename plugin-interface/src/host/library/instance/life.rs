//! The life of an instance: it is started, asked for its health, stopped and destroyed.

use std::sync::Arc;
use std::time::Duration;

use super::Instance;
use crate::host::error::{HealthError, LoadError, UnloadError};
use crate::host::library::ending::{self, EndFailure, Ending};
use crate::host::library::holders::Holders;
#[cfg(feature = "watch")]
use crate::host::library::lifecycle::Report;
use crate::host::library::lifecycle::{Lifecycle, LifecycleFailure, LifecycleState};
use crate::host::services::changes;

impl Instance {
    /// Returns `true` if it is started and stopped.
    pub(crate) fn has_lifecycle(&self) -> bool {
        self.lifecycle.is_some()
    }

    pub(crate) fn state(&self) -> LifecycleState {
        self.lifecycle.as_ref().map_or(LifecycleState::Serving, Lifecycle::state)
    }

    /// Starts the instance, if it has a lifecycle. Nobody has a proxy of it yet. Its
    /// stop may take that long.
    pub(crate) fn start(&self, stop_within: Duration) -> Result<(), LoadError> {
        let Some(lifecycle) = &self.lifecycle else { return Ok(()) };
        lifecycle.start(stop_within).map_err(|failure| {
            let (path, name) = (self.library.path.clone(), self.name.clone());
            match failure {
                LifecycleFailure::Error(message) => LoadError::Start { path, name, message },
                LifecycleFailure::Panic(message) => {
                    LoadError::StartPanicked { path, name, message }
                }
            }
        })
    }

    /// Asks the instance for its health, if it has a lifecycle.
    pub(crate) fn health(&self) -> Result<(), HealthError> {
        let Some(lifecycle) = &self.lifecycle else { return Ok(()) };
        let name = self.name.clone();
        let Some(_kept) = self.holders.keep() else { return Err(HealthError::InUse { name }) };
        lifecycle.health().map_err(|failure| match failure {
            LifecycleFailure::Error(message) => HealthError::Unhealthy { name, message },
            LifecycleFailure::Panic(message) => HealthError::Panicked { name, message },
        })
    }

    /// Sets who takes the error of its end, if nobody asks for it.
    #[cfg(feature = "watch")]
    pub(crate) fn report_to(&self, report: Report) {
        if let Some(lifecycle) = &self.lifecycle {
            lifecycle.report_to(report);
        }
    }

    /// Stops and destroys the instance. See [`ending`].
    pub(crate) fn end(self, within: Option<Duration>) -> Option<EndFailure> {
        ending::end(self, within)
    }

    /// Ends the instance if nobody else has it, and closes its library if this was the
    /// last owner. Returns the library's count then.
    pub(crate) fn close(
        self: Arc<Self>,
        within: Option<Duration>,
    ) -> Result<Option<u64>, UnloadError> {
        let library = Arc::clone(&self.library);
        let Some(instance) = Arc::into_inner(self) else {
            // Somebody uses it, or did: then the library may be ours to close.
            return library.close();
        };
        let (path, name) = (library.path.clone(), instance.name.clone());
        let failure = instance.end(within);
        let counter = library.close()?;
        failure.map_or(Ok(counter), |failure| Err(failure.error(path, name, counter)))
    }

    /// Takes the instance out of one that is dropped, if it has to be stopped before.
    fn take_started(&mut self) -> Option<Self> {
        if self.state() != LifecycleState::Serving {
            return None;
        }
        let (lifecycle, unmaker) = (Some(self.lifecycle.take()?), self.unmaker.take());
        Some(Instance {
            registration: self.registration,
            interface: self.interface.clone(),
            name: core::mem::take(&mut self.name),
            holders: Holders::new(),
            services: core::mem::take(&mut self.services),
            unmaker,
            lifecycle,
            tasks: self.tasks.take(),
            library: Arc::clone(&self.library),
        })
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        if !self.services.is_empty() {
            // Nobody finds them any more.
            changes::note();
        }
        // A panic in there was reported when it happened.
        match self.take_started() {
            Some(mut started) => {
                let report = started.lifecycle.as_mut().and_then(Lifecycle::take_report);
                let (path, name) = (self.library.path.clone(), started.name.clone());
                if let (Some(failure), Some(report)) = (started.end(None), report) {
                    report(failure.error(path, name, None));
                }
            }
            None => drop(self.destroy(None)),
        }
    }
}

impl Ending for Instance {
    fn begin_stop(&self) -> Option<Duration> {
        self.lifecycle.as_ref().and_then(Lifecycle::begin_stop)
    }

    fn stop(&self, within: Duration) -> Result<(), LifecycleFailure> {
        self.lifecycle.as_ref().map_or(Ok(()), |lifecycle| lifecycle.stop(within))
    }

    fn destroy(&mut self, within: Option<Duration>) -> Option<EndFailure> {
        let left = self.tasks.take().and_then(|mut tasks| tasks.close(within));
        let dropped = self.unmake().map(EndFailure::Drop);
        left.map(|(names, within)| EndFailure::Tasks(names, within)).or(dropped)
    }
}
