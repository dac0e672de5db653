//! The workers that follow the levels of this host.

use std::sync::{Mutex, PoisonError, Weak};

/// What has a level, as the byte of the message that tells a worker the level.
#[derive(Clone, Copy)]
pub(crate) enum LevelOf {
    #[cfg(feature = "log")]
    Log = 2,
    #[cfg(feature = "tracing")]
    Traces = 3,
}

/// A worker, which tells the levels to its library.
pub(crate) trait FollowsLevels: Send + Sync {
    /// Tells it a level. Waits for nothing.
    fn tell(&self, of: LevelOf, level: u32);
}

static WORKERS: Mutex<Vec<Weak<dyn FollowsLevels>>> = Mutex::new(Vec::new());

/// Tells a worker each later level. One that was told before may be told again.
pub(crate) fn add(worker: Weak<dyn FollowsLevels>) {
    let mut workers = WORKERS.lock().unwrap_or_else(PoisonError::into_inner);
    workers.retain(|worker| worker.strong_count() > 0);
    workers.push(worker);
}

/// Tells all workers a level.
pub(super) fn tell(of: LevelOf, level: fn() -> u32) {
    // Under the lock, so that no worker is told an earlier level after a later one.
    let workers = WORKERS.lock().unwrap_or_else(PoisonError::into_inner);
    let following: Vec<_> = workers.iter().filter_map(Weak::upgrade).collect();
    following.iter().for_each(|worker| worker.tell(of, level()));
    drop(workers);
    // A last owner ends its process, which takes time.
    drop(following);
}
