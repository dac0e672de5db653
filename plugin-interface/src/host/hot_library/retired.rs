//! A version that was replaced, until the last call of it is over.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use crate::host::hot_library::HotVersion;
use crate::host::hot_library::events::{HotEvent, Listeners};
use crate::host::library::outcome::UnloadOutcome;
use crate::host::swap::Retired;
use crate::host::swap::reclaimer::{PendingReclaim, retire};

pub(super) struct RetiredVersion {
    /// Gone when it is done.
    version: Option<Retired<HotVersion>>,
    generation: u64,
    since: Instant,
    listeners: Arc<Listeners>,
}

impl RetiredVersion {
    pub(super) fn new(
        version: Retired<HotVersion>,
        generation: u64,
        listeners: &Arc<Listeners>,
    ) -> Self {
        let (version, since) = (Some(version), Instant::now());
        RetiredVersion { version, generation, since, listeners: Arc::clone(listeners) }
    }

    /// Leaves it to the thread that closes versions.
    pub(super) fn on_reclaimer_thread(self) {
        retire(Box::new(self));
    }

    /// Waits for it here and closes it; what is used for longer than that is
    /// left to the background. Does not wait for its own thread.
    pub(super) fn within(mut self, deadline: Duration) -> UnloadOutcome {
        loop {
            if let Some(outcome) = self.close_if_unused() {
                return outcome;
            }
            let users = self.version.as_ref().map(Retired::users).unwrap_or_default();
            let is_mine = |thread: &thread::Thread| thread.id() == thread::current().id();
            let mine = users.threads.iter().any(|(thread, _)| thread.as_ref().is_some_and(is_mine));
            if mine || self.since.elapsed() >= deadline {
                let calls = users.threads.iter().map(|(_, guards)| guards).sum::<usize>();
                let calls = calls + users.counted;
                let whose = if mine { ", some of them of the thread that unloads it" } else { "" };
                self.on_reclaimer_thread();
                let reason = format!("it is in use by {calls} calls or guards{whose}");
                let reasons = vec![reason];
                return UnloadOutcome::Pinned { destructors: 0, threads: 0, objects: 0, reasons };
            }
            thread::sleep(Duration::from_micros(200));
        }
    }

    fn close_if_unused(&mut self) -> Option<UnloadOutcome> {
        match self.version.take().map(Retired::reclaim)? {
            Ok(version) => {
                let Some(outcome) = version.close() else {
                    return Some(UnloadOutcome::Unmapped);
                };
                let generation = self.generation;
                self.listeners.tell(&HotEvent::Unloaded { generation, outcome: outcome.clone() });
                Some(outcome)
            }
            Err(version) => {
                self.version = Some(version);
                None
            }
        }
    }
}

impl PendingReclaim for RetiredVersion {
    fn since(&self) -> Instant {
        self.since
    }

    fn try_reclaim(&mut self) -> bool {
        // A listener that panics ends its own turn, and not the thread.
        let closed = catch_unwind(AssertUnwindSafe(|| self.close_if_unused()));
        closed.is_err() || closed.is_ok_and(|closed| closed.is_some())
    }
}
