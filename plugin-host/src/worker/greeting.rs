//! Greets without end, on a thread of its own, whoever is there.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use plugin_interface::{Greeter, GreeterProxy};

/// The time from round to round.
const ROUND: Duration = Duration::from_millis(20);

/// The greeters that are loaded, and a thread that calls each of them over and
/// over. A change waits for the call that runs.
pub(crate) struct Greeting {
    shared: Arc<Shared>,
    thread: JoinHandle<()>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    greeters: BTreeMap<PathBuf, Vec<GreeterProxy>>,
    calls: Calls,
    ends: bool,
}

/// How many calls there were, and how many of them panicked.
#[derive(Clone, Copy, Default)]
pub(crate) struct Calls {
    pub(crate) made: u64,
    pub(crate) failed: u64,
}

impl Greeting {
    pub(crate) fn start(target: String) -> Self {
        let shared = Arc::new(Shared::default());
        let greeted = Arc::clone(&shared);
        let thread = thread::spawn(move || greeted.greet(&target));
        Greeting { shared, thread }
    }

    /// From now on, these are the greeters of a file.
    pub(crate) fn replace(&self, file: &Path, greeters: Vec<GreeterProxy>) {
        self.shared.lock().greeters.insert(file.to_owned(), greeters);
    }

    /// A function by which another thread says that a file has none any more.
    pub(crate) fn remover(&self) -> impl Fn(&Path) + Send + use<> {
        let shared = Arc::clone(&self.shared);
        move |file| drop(shared.lock().greeters.remove(file))
    }

    /// Ends the thread, and gives up all greeters.
    pub(crate) fn end(self) -> Calls {
        self.shared.lock().ends = true;
        self.shared.changed.notify_all();
        // Its panics were caught, call by call.
        let _ = self.thread.join();
        let mut state = self.shared.lock();
        state.greeters.clear();
        state.calls
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn greet(&self, target: &str) {
        let mut state = self.lock();
        while !state.ends {
            let mut calls = state.calls;
            for greeter in state.greeters.values().flatten() {
                let called = catch_unwind(AssertUnwindSafe(|| greeter.greet(target)));
                calls.made += 1;
                calls.failed += u64::from(called.is_err());
            }
            state.calls = calls;
            let waited = self.changed.wait_timeout(state, ROUND);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}
