//! A version that was replaced, until its last guard is gone.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use super::ReloadableVersion;
use super::close_queue::CloseQueue;
use super::reclaimer::{self, PendingReclaim};
use crate::host::library::outcome::UnloadOutcome;
use crate::host::swap::{Retired, Users};

pub(crate) struct RetiredVersion<V: ReloadableVersion> {
    /// `None` once it is handed over to be closed.
    waiting: Option<Waiting<V>>,
    since: Instant,
    /// `None` once its users were reported.
    report_after: Option<Duration>,
    closing: Arc<CloseQueue>,
}

/// A version, and the announcer, which may own values of users.
struct Waiting<V: ReloadableVersion> {
    version: Retired<V>,
    announcer: Arc<V::Announcer>,
}

impl<V: ReloadableVersion> RetiredVersion<V> {
    pub(super) fn new(
        version: Retired<V>,
        report_after: Option<Duration>,
        announcer: &Arc<V::Announcer>,
        closing: &Arc<CloseQueue>,
    ) -> Self {
        let waiting = Some(Waiting { version, announcer: Arc::clone(announcer) });
        RetiredVersion {
            waiting,
            since: Instant::now(),
            report_after,
            closing: Arc::clone(closing),
        }
    }

    /// Leaves the version to the reclaimer. Returns at once.
    pub(crate) fn retire(self) {
        reclaimer::add(Box::new(self));
    }

    /// Waits for the last guard and closes the version, both on this thread. A
    /// version that is still in use at the deadline is left to the reclaimer,
    /// as is one with guards of this thread.
    pub(crate) fn close_within(mut self, deadline: Duration) -> UnloadOutcome {
        loop {
            if let Some((version, announcer)) = self.reclaim() {
                let outcome = version.close(self.since.elapsed(), &announcer);
                return outcome.unwrap_or(UnloadOutcome::Unmapped);
            }
            let users = self.users();
            let is_mine = |thread: &thread::Thread| thread.id() == thread::current().id();
            let mine = users.threads.iter().any(|(thread, _)| thread.as_ref().is_some_and(is_mine));
            if mine || self.since.elapsed() >= deadline {
                let calls = users.threads.iter().map(|(_, guards)| guards).sum::<usize>();
                let calls = calls + users.counted;
                let whose = if mine { ", some of them of the thread that unloads it" } else { "" };
                self.retire();
                let reason = format!("it is in use by {calls} calls or guards{whose}");
                let reasons = vec![reason];
                return UnloadOutcome::Pinned { destructors: 0, threads: 0, objects: 0, reasons };
            }
            thread::sleep(Duration::from_micros(200));
        }
    }

    /// Returns the version if its last guard is gone, and the announcer.
    fn reclaim(&mut self) -> Option<(V, Arc<V::Announcer>)> {
        let Waiting { version, announcer } = self.waiting.take()?;
        match version.reclaim() {
            Ok(version) => Some((version, announcer)),
            Err(version) => {
                self.waiting = Some(Waiting { version, announcer });
                None
            }
        }
    }

    fn users(&self) -> Users {
        self.waiting.as_ref().map(|waiting| waiting.version.users()).unwrap_or_default()
    }

    /// Reports the users of the version, once, if it is time.
    fn report_users(&mut self) {
        let after = self.since.elapsed();
        if self.report_after.take_if(|report_after| after >= *report_after).is_none() {
            return;
        }
        let Some(Waiting { version, announcer }) = &self.waiting else { return };
        let (generation, users) = (version.generation(), version.users());
        let announcer = Arc::clone(announcer);
        self.closing.run(move || V::report_users(generation, after, users, &announcer));
    }
}

impl<V: ReloadableVersion> PendingReclaim for RetiredVersion<V> {
    fn since(&self) -> Instant {
        self.since
    }

    fn try_reclaim(&mut self) -> bool {
        if let Some((version, announcer)) = self.reclaim() {
            let after = self.since.elapsed();
            self.closing.run(move || drop(version.close(after, &announcer)));
        } else {
            self.report_users();
        }
        self.waiting.is_none()
    }
}
