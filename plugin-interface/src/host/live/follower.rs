//! A `Live` and what is known of the changes of its file: for whoever is told
//! of these, a thread of its own or a manager.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use super::error::ReloadError;
use super::events::LiveEvent;
use super::shared::Shared;
use super::{Live, LiveInterface, ReloadOutcome};
use crate::host::error::LoadError;
use crate::host::file::identity::FileIdentity;
use crate::host::load::timings::Stopwatch;
use crate::host::watch::{RetryQueue, Verdict};
use crate::interface::PluginTrait;

/// A `Live`, of whatever interface, that is not kept.
#[derive(Debug)]
pub(crate) struct Follower {
    live: Weak<dyn Followed>,
    path: PathBuf,
    pub(crate) interface: PluginTrait,
    retries: RetryQueue,
    /// The first sign of the last change.
    since: Instant,
    /// The failure that was told last, and of which file.
    told: Option<(Option<FileIdentity>, String)>,
}

impl Follower {
    /// `quiet`: how long a writer may be silent.
    pub(crate) fn new<I: LiveInterface + ?Sized>(live: &Live<I>, quiet: Duration) -> Self {
        let path = live.0.announcer.path().to_owned();
        let shared: Weak<Shared<I>> = Arc::downgrade(&live.0);
        Follower {
            live: shared,
            path,
            interface: PluginTrait::of::<I>(),
            retries: RetryQueue::new(quiet),
            since: Instant::now(),
            told: None,
        }
    }

    /// The file, absolute.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether nobody has the `Live` any more.
    pub(crate) fn is_over(&self) -> bool {
        self.live.strong_count() == 0
    }

    /// When to call `try_again`, if the file does not change before.
    pub(crate) fn wake(&self) -> Option<Instant> {
        self.retries.wake()
    }

    /// The file changed: loads it. Gives the new generation, or the failure if
    /// it is final and was not told before; nothing if nothing is to be told.
    pub(crate) fn changed(&mut self, since: Instant) -> Option<Result<u64, LoadError>> {
        self.since = since;
        self.retries.forget(&self.path);
        self.follow()
    }

    /// Tries the file again, if it is time.
    pub(crate) fn try_again(&mut self) -> Option<Result<u64, LoadError>> {
        match self.retries.due(Instant::now()).is_empty() {
            true => None,
            false => self.follow(),
        }
    }

    /// Watching goes on, but not as it should.
    pub(super) fn warn(&self, message: String) {
        if let Some(live) = self.live.upgrade() {
            live.warn(message);
        }
    }

    fn follow(&mut self) -> Option<Result<u64, LoadError>> {
        let live = self.live.upgrade()?;
        let mut is_told = false;
        let reloaded = live.reload_at_once(self.since, &mut |error| {
            is_told = self.is_news(error);
            is_told
        });
        match reloaded {
            Err(ReloadError::Refused { source, .. }) => is_told.then_some(Err(*source)),
            // Its own constructor waits for this: what it loads is as new.
            Err(_) => None,
            Ok(reloaded) => {
                self.retries.forget(&self.path);
                self.told = None;
                match reloaded {
                    ReloadOutcome::Unchanged => None,
                    ReloadOutcome::Replaced { generation, .. } => Some(Ok(generation)),
                }
            }
        }
    }

    /// Whether a failure is final, and not the one that was told of the file as
    /// it is.
    fn is_news(&mut self, error: &LoadError) -> bool {
        if self.path.symlink_metadata().is_err() {
            // Gone again: it comes back, or the version that serves is the last.
            self.retries.forget(&self.path);
            return false;
        }
        if self.retries.judge(&self.path, error, Instant::now()) == Verdict::Retry {
            return false;
        }
        let origin = self.path.metadata().ok().map(|found| FileIdentity::of(&found));
        let text = format!("{error:?}");
        let is_same = self.told.as_ref().is_some_and(|(told, said)| {
            let is_written_as = match (told, &origin) {
                (Some(told), Some(now)) => told.is_written_as(now),
                (told, now) => told.is_none() && now.is_none(),
            };
            is_written_as && *said == text
        });
        self.told = Some((origin, text));
        !is_same
    }
}

/// What a follower asks of a `Live`.
trait Followed: Send + Sync {
    /// Loads the file without patience for its writer; a failure is an event if
    /// `is_told` says so.
    fn reload_at_once(
        &self,
        since: Instant,
        is_told: &mut dyn FnMut(&LoadError) -> bool,
    ) -> Result<ReloadOutcome, ReloadError>;

    fn warn(&self, message: String);
}

impl<I: LiveInterface + ?Sized> Followed for Shared<I> {
    fn reload_at_once(
        &self,
        since: Instant,
        is_told: &mut dyn FnMut(&LoadError) -> bool,
    ) -> Result<ReloadOutcome, ReloadError> {
        self.reload(Duration::ZERO, Stopwatch::since(since), is_told)
    }

    fn warn(&self, message: String) {
        self.announcer.tell(LiveEvent::WatchImpaired { message });
    }
}
