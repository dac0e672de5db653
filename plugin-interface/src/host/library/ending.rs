//! The end of an instance: it is stopped, if it was started, and destroyed.
//!
//! The stop runs code of the plugin that may never return. So it has a thread of its
//! own, and whoever ends the instance goes on without it after its deadline.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

use super::lifecycle::LifecycleFailure;
use crate::host::error::UnloadError;

/// An instance that can be stopped and destroyed.
pub(super) trait Ending: Send + Sync + 'static {
    /// Makes this call the one that stops it. Returns the time that it has; `None` if
    /// there is nothing to stop.
    fn begin_stop(&self) -> Option<Duration>;

    /// Stops it after `begin_stop`.
    fn stop(&self, within: Duration) -> Result<(), LifecycleFailure>;

    /// Ends its tasks, which have that long, or the time that the policy gives if that
    /// is shorter. Destroys it then.
    fn destroy(&mut self, within: Option<Duration>) -> Option<EndFailure>;
}

/// What went wrong when an instance ended.
pub(crate) enum EndFailure {
    Stop(LifecycleFailure),
    /// It has not ended yet. It will, when its stop returns.
    Overdue(Duration),
    /// These tasks have not ended in that time. It is destroyed.
    Tasks(Vec<String>, Duration),
    /// The drop panicked with this message.
    Drop(String),
}

impl EndFailure {
    /// Returns the error for the host.
    pub(crate) fn error(self, path: PathBuf, name: String, counter: Option<u64>) -> UnloadError {
        use LifecycleFailure::{Error, Panic};
        match self {
            EndFailure::Stop(Error(message)) => UnloadError::Stop { path, name, message, counter },
            EndFailure::Stop(Panic(message)) => {
                UnloadError::StopPanicked { path, name, message, counter }
            }
            EndFailure::Overdue(within) => UnloadError::StopOverdue { path, name, within },
            EndFailure::Tasks(tasks, within) => {
                UnloadError::TasksOverdue { path, name, tasks, within, counter }
            }
            EndFailure::Drop(message) => UnloadError::DropPanicked { path, name, message, counter },
        }
    }
}

/// Stops an instance, if it was started, and destroys it. The caller is the last who
/// has it, and does not wait for the stop longer than the policy says, nor than
/// `within`. Of several failures, the first is returned; the others were reported when
/// they happened.
pub(super) fn end(mut instance: impl Ending, within: Option<Duration>) -> Option<EndFailure> {
    let Some(allowed) = instance.begin_stop() else {
        return instance.destroy(within);
    };
    let asked = within;
    let within = within.map_or(allowed, |within| within.min(allowed));
    let instance = Arc::new(instance);
    let stopped = stop(&instance, within);
    // Otherwise the thread that stops it destroys it.
    let dropped = Arc::into_inner(instance).and_then(|mut instance| instance.destroy(asked));
    stopped.err().or(dropped)
}

/// Stops an instance on a thread of its own, and waits until that has ended.
fn stop(instance: &Arc<impl Ending>, within: Duration) -> Result<(), EndFailure> {
    let (done, stopped) = sync_channel(1);
    let shared = Arc::clone(instance);
    let spawned = new_thread("plugin-stop").spawn(move || {
        let result = stop_and_end_thread(&shared, within);
        // If the deadline has passed, it is destroyed here.
        drop(shared);
        // Nobody waits any more if it cannot be sent.
        let _ = done.send(result);
    });
    if spawned.is_err() {
        // The system has no thread: better late than not at all.
        return run(instance, within);
    }
    match stopped.recv_timeout(within) {
        Ok(result) => result,
        Err(RecvTimeoutError::Timeout) => Err(EndFailure::Overdue(within)),
        Err(RecvTimeoutError::Disconnected) => unreachable!("a panic of the plugin is contained"),
    }
}

/// Stops an instance on a thread that has ended when this returns, with the
/// destructors of thread-locals that the plugin left there. Nothing of the plugin runs
/// on the thread that waits for it.
fn stop_and_end_thread(instance: &Arc<impl Ending>, within: Duration) -> Result<(), EndFailure> {
    let shared = Arc::clone(instance);
    match new_thread("plugin-stops").spawn(move || run(&shared, within)).map(|it| it.join()) {
        Ok(Ok(result)) => result,
        Ok(Err(_)) => unreachable!("a panic of the plugin is contained"),
        Err(_) => run(instance, within),
    }
}

fn new_thread(name: &str) -> thread::Builder {
    thread::Builder::new().name(name.to_owned())
}

fn run(instance: &Arc<impl Ending>, within: Duration) -> Result<(), EndFailure> {
    instance.stop(within).map_err(EndFailure::Stop)
}
