//! Reloads a `Live` when its file changes.
//!
//! A thread of the `Live`'s own or the loop of a manager drives it.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use super::error::ReloadError;
use super::events::LiveEvent;
use super::handle::Live;
use super::interface::LiveInterface;
use super::outcome::ReloadOutcome;
use super::shared::Shared;
use crate::host::error::LoadError;
use crate::host::load::timings::Stopwatch;
use crate::host::watch::{Attempt, ReportedFailures, RetryQueue, Verdict};
use crate::interface::PluginTrait;

/// Follows the file of a `Live` of any interface, without keeping the `Live`.
#[derive(Debug)]
pub(crate) struct Follower {
    live: Weak<dyn Followed>,
    path: PathBuf,
    pub(crate) interface: PluginTrait,
    retries: RetryQueue,
    /// The first sign of the last change.
    since: Instant,
    reported: ReportedFailures,
}

impl Follower {
    /// `quiet` is the time for which a writer may be silent.
    pub(crate) fn new<I: LiveInterface + ?Sized>(live: &Live<I>, quiet: Duration) -> Self {
        let path = live.0.announcer().path().to_owned();
        let shared: Weak<Shared<I>> = Arc::downgrade(&live.0);
        Follower {
            live: shared,
            path,
            interface: PluginTrait::of::<I>(),
            retries: RetryQueue::new(quiet),
            since: Instant::now(),
            reported: ReportedFailures::default(),
        }
    }

    /// The file, absolute.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns `true` if the last handle of the `Live` was dropped.
    pub(crate) fn is_over(&self) -> bool {
        self.live.strong_count() == 0
    }

    /// Returns the time to call `try_again`, if the file does not change
    /// before.
    pub(crate) fn wake(&self) -> Option<Instant> {
        self.retries.wake()
    }

    /// Loads the file, which changed. Returns the new generation, or the
    /// failure if it is final and new; `None` if there is nothing to report.
    pub(crate) fn changed(&mut self, since: Instant) -> Option<Result<u64, LoadError>> {
        self.since = since;
        self.retries.forget(&self.path);
        self.follow()
    }

    /// Tries the file again if it is time. Returns the same as `changed`.
    pub(crate) fn try_again(&mut self) -> Option<Result<u64, LoadError>> {
        match self.retries.due(Instant::now()).is_empty() {
            true => None,
            false => self.follow(),
        }
    }

    /// Tries the file again soon, if it may lack something.
    pub(crate) fn changed_beside(&mut self, now: Instant) {
        self.retries.changed_beside(now);
    }

    /// Has `try_again` try the file now, if it failed.
    pub(crate) fn retry(&mut self, now: Instant) {
        self.retries.retry(now);
    }

    /// Reports that watching is impaired.
    pub(super) fn warn(&self, message: String) {
        if let Some(live) = self.live.upgrade() {
            live.warn(message);
        }
    }

    fn follow(&mut self) -> Option<Result<u64, LoadError>> {
        let live = self.live.upgrade()?;
        let mut is_reported = false;
        let attempt = Attempt::begin(&self.path);
        let reloaded = live.reload_at_once(self.since, &mut |error| {
            is_reported = self.is_new_failure(&attempt, error);
            is_reported
        });
        match reloaded {
            Err(ReloadError::Refused { source, .. }) => is_reported.then_some(Err(*source)),
            // Its own constructor called this: the file that it loads is
            // current.
            Err(_) => None,
            Ok(reloaded) => {
                self.retries.forget(&self.path);
                self.reported = ReportedFailures::default();
                match reloaded {
                    ReloadOutcome::Unchanged => None,
                    ReloadOutcome::Replaced { generation, .. } => Some(Ok(generation)),
                }
            }
        }
    }

    /// Returns `true` if the failure is final, and was not reported of the file
    /// of the attempt.
    fn is_new_failure(&mut self, attempt: &Attempt, error: &LoadError) -> bool {
        let found = attempt.file_now(&self.path);
        self.retries.judge(&self.path, error, found, Instant::now()) == Verdict::Final
            && self.reported.is_new(attempt, error)
    }
}

/// The operations of a `Live` that do not depend on its interface.
trait Followed: Send + Sync {
    /// Loads the file without waiting for its writer. A failure becomes an
    /// event if `is_reported` returns `true`.
    fn reload_at_once(
        &self,
        since: Instant,
        is_reported: &mut dyn FnMut(&LoadError) -> bool,
    ) -> Result<ReloadOutcome, ReloadError>;

    fn warn(&self, message: String);
}

impl<I: LiveInterface + ?Sized> Followed for Shared<I> {
    fn reload_at_once(
        &self,
        since: Instant,
        is_reported: &mut dyn FnMut(&LoadError) -> bool,
    ) -> Result<ReloadOutcome, ReloadError> {
        self.reload(Duration::ZERO, Stopwatch::since(since), is_reported)
    }

    fn warn(&self, message: String) {
        self.announcer().announce(LiveEvent::WatchImpaired { message });
    }
}
