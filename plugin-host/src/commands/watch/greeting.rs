//! A thread that calls all loaded greeters repeatedly.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use plugin_interface::{Greeter, GreeterProxy};

/// Time between two rounds of calls.
const INTERVAL: Duration = Duration::from_millis(20);

/// The loaded greeters, and a thread that calls each of them repeatedly. A change
/// waits for the current round.
pub(crate) struct Greeting {
    round: Arc<Round>,
    thread: JoinHandle<()>,
}

#[derive(Default)]
struct Round {
    greeters: Mutex<Greeters>,
    changed: Condvar,
}

#[derive(Default)]
struct Greeters {
    by_file: BTreeMap<PathBuf, Vec<GreeterProxy>>,
    calls: Calls,
    is_over: bool,
}

/// The number of calls, and of those that panicked.
#[derive(Clone, Copy, Default)]
pub(crate) struct Calls {
    pub(crate) made: u64,
    pub(crate) failed: u64,
}

impl Greeting {
    pub(crate) fn start(target: String) -> Self {
        let round = Arc::new(Round::default());
        let repeated = Arc::clone(&round);
        let thread = thread::spawn(move || repeated.run(&target));
        Greeting { round, thread }
    }

    /// Replaces the greeters of a file.
    pub(crate) fn replace(&self, file: &Path, greeters: Vec<GreeterProxy>) {
        self.round.lock().by_file.insert(file.to_owned(), greeters);
    }

    /// Returns a function that removes the greeters of a file, for another thread.
    pub(crate) fn remover(&self) -> impl Fn(&Path) + Send + use<> {
        let round = Arc::clone(&self.round);
        move |file| drop(round.lock().by_file.remove(file))
    }

    /// Ends the thread and drops all greeters.
    pub(crate) fn end(self) -> Calls {
        self.round.lock().is_over = true;
        self.round.changed.notify_all();
        // Each call caught its own panics.
        let _ = self.thread.join();
        let mut greeters = self.round.lock();
        greeters.by_file.clear();
        greeters.calls
    }
}

impl Round {
    fn lock(&self) -> MutexGuard<'_, Greeters> {
        self.greeters.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self, target: &str) {
        let mut greeters = self.lock();
        while !greeters.is_over {
            let mut calls = greeters.calls;
            for greeter in greeters.by_file.values().flatten() {
                let called = catch_unwind(AssertUnwindSafe(|| greeter.greet(target)));
                calls.made += 1;
                calls.failed += u64::from(called.is_err());
            }
            greeters.calls = calls;
            let waited = self.changed.wait_timeout(greeters, INTERVAL);
            greeters = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}
