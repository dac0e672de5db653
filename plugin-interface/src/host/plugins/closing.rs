//! Closing the versions that nobody uses any more, one after the other.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::event::PluginEvent;
use crate::host::error::UnloadError;
use crate::host::event_queue::EventQueue;
use crate::host::library::instance::Instance;
use crate::host::reload::CloseQueue;
use crate::host::watch::WatchError;

/// Closes versions on a thread of its own, and reports what goes wrong.
#[derive(Default)]
pub(super) struct Closing {
    queue: Arc<CloseQueue>,
    pub(super) events: Arc<EventQueue<PluginEvent>>,
    /// When everything has to be stopped, once that is known.
    end: Mutex<Option<Instant>>,
}

impl Closing {
    /// Runs a job after those before it, on the thread of the queue.
    pub(super) fn run(&self, job: impl FnOnce() + Send + 'static) {
        self.queue.run(job);
    }

    /// Stops and destroys the instance of a version, and drops its proxy before.
    pub(super) fn close(
        self: &Arc<Self>,
        proxy: impl Send + 'static,
        instance: Arc<Instance>,
        generation: u64,
    ) {
        let this = Arc::clone(self);
        self.run(move || {
            drop(proxy);
            let (path, record) = (instance.library.path.clone(), instance.library.close_record());
            if let Err(error) = instance.close(this.rest()) {
                this.fail(error);
            }
            if let (Some(counter), Some(outcome)) = (record.count(), record.outcome()) {
                this.events.push(PluginEvent::Unloaded { path, generation, counter, outcome });
            }
        });
    }

    /// Reports an error of the end of a plugin.
    pub(super) fn fail(&self, error: UnloadError) {
        let error = Arc::new(WatchError::Unload { error });
        self.events.push(PluginEvent::Failed { error });
    }

    /// Sets when everything has to be stopped.
    pub(super) fn set_end(&self, end: Instant) {
        *self.end.lock().unwrap_or_else(PoisonError::into_inner) = Some(end);
    }

    /// Returns the time until everything has to be stopped.
    fn rest(&self) -> Option<Duration> {
        let end = *self.end.lock().unwrap_or_else(PoisonError::into_inner);
        end.map(|end| end.saturating_duration_since(Instant::now()))
    }
}
