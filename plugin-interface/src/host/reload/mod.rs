//! The reload kernel: a library whose current version is replaced while it is
//! in use. `Live` and `HotLibrary` are built on it.
//!
//! - [`ReloadCell`] holds the current version and the engine that loads the
//!   next one.
//! - `lock`: one thread reloads at a time; a thread that reloads in its own
//!   reload is noticed.
//! - `retired`: a replaced version, until its last guard is gone.
//! - `reclaimer`: one thread of the process, which waits for the last guards.
//! - `close_queue`: closes the versions of one library, on a thread of its own.
//!
//! Code of plugins and of users (drops, listeners, `tracing` subscribers) may
//! block. It never runs on the reclaimer's thread, so that no library waits for
//! another one's code.

mod close_queue;
mod lock;
mod reclaimer;
mod retired;

use std::sync::Arc;
use std::time::Duration;

use crate::host::library::outcome::UnloadOutcome;
use crate::host::swap::{Guard, Swap, Users};

pub(crate) use self::close_queue::CloseQueue;
pub(crate) use self::lock::{ReloadGuard, ReloadLock};
pub(crate) use self::retired::RetiredVersion;

/// A version of a library.
pub(crate) trait ReloadableVersion: Send + Sync + Sized + 'static {
    /// Reports the events of all versions of one library.
    type Announcer: Send + Sync + 'static;

    /// `true` if the last version is closed at once when the library is
    /// dropped, on the same thread, provided that it has no guards.
    const CLOSES_ON_DROP: bool;

    /// The number of the version, counted from 1.
    fn generation(&self) -> u64;

    /// Closes the version, which was replaced that long ago, and reports it.
    /// Returns `None` if the outcome is unknown.
    fn close(self, after: Duration, announcer: &Self::Announcer) -> Option<UnloadOutcome>;

    /// Reports the guards that a version still has that long after it was
    /// replaced.
    fn report_users(generation: u64, after: Duration, users: Users, announcer: &Self::Announcer);
}

/// The current version of a library, and the engine that loads the next one.
pub(crate) struct ReloadCell<V: ReloadableVersion, E> {
    current: Swap<V>,
    engine: ReloadLock<E>,
    announcer: Arc<V::Announcer>,
    /// A replaced version that is still in use after this time is reported.
    report_after: Option<Duration>,
    closing: Arc<CloseQueue>,
}

impl<V: ReloadableVersion, E> ReloadCell<V, E> {
    pub(crate) fn new(
        first: V,
        engine: E,
        announcer: Arc<V::Announcer>,
        report_after: Option<Duration>,
    ) -> Self {
        let (current, engine) = (Swap::new(first), ReloadLock::new(engine));
        ReloadCell { current, engine, announcer, report_after, closing: Arc::default() }
    }

    /// Returns a guard of the current version. Takes no lock.
    #[inline(always)]
    pub(crate) fn get(&self) -> Guard<V> {
        self.current.get()
    }

    pub(crate) fn announcer(&self) -> &Arc<V::Announcer> {
        &self.announcer
    }

    /// Waits until no other thread reloads. Returns `None` if this thread does.
    pub(crate) fn lock(&self) -> Option<ReloadGuard<'_, E>> {
        self.engine.lock()
    }

    /// Makes `version` the current one, and returns the one before. The caller
    /// holds the lock.
    pub(crate) fn publish(&self, version: V) -> RetiredVersion<V> {
        let old = self.current.publish(version);
        RetiredVersion::new(old, self.report_after, &self.announcer, &self.closing)
    }
}

impl<V: ReloadableVersion, E> Drop for ReloadCell<V, E> {
    fn drop(&mut self) {
        let Some(last) = self.current.take() else { return };
        let last = RetiredVersion::new(last, self.report_after, &self.announcer, &self.closing);
        if V::CLOSES_ON_DROP {
            last.close_within(Duration::ZERO);
        } else {
            last.retire();
        }
    }
}
