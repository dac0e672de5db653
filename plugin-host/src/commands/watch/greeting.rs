//! A thread that calls all loaded greeters repeatedly.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use plugin_interface::{CallError, GreeterProxy};

use crate::report::watch::WatchLine;

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
    /// How each file last lost a call, with its process.
    lost: BTreeMap<PathBuf, String>,
    calls: Calls,
    is_over: bool,
}

/// The number of calls, and of those that failed.
#[derive(Clone, Copy, Default)]
pub(crate) struct Calls {
    pub(crate) made: u64,
    pub(crate) failed: u64,
}

impl Greeting {
    /// Starts the thread. It reports the end of a process, as JSON if `json` is `true`.
    pub(crate) fn start(target: String, json: bool) -> Self {
        let round = Arc::new(Round::default());
        let repeated = Arc::clone(&round);
        let thread = thread::spawn(move || repeated.run(&target, json));
        Greeting { round, thread }
    }

    /// Replaces the greeters of a file.
    pub(crate) fn replace(&self, file: &Path, greeters: Vec<GreeterProxy>) {
        let mut round = self.round.lock();
        round.lost.remove(file);
        round.by_file.insert(file.to_owned(), greeters);
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
        // A panic of a plugin is an error of its call.
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

    fn run(&self, target: &str, json: bool) {
        let mut greeters = self.lock();
        while !greeters.is_over {
            let Greeters { by_file, lost, calls, .. } = &mut *greeters;
            for (file, greeters) in by_file {
                for greeter in greeters {
                    let called = GreeterProxy::checked(greeter).greet(target);
                    calls.made += 1;
                    calls.failed += u64::from(called.is_err());
                    // Each way is reported once.
                    if let Err(CallError::Lost { message, .. }) = called
                        && lost.insert(file.clone(), message.clone()).as_ref() != Some(&message)
                    {
                        // If nobody reads it, the watch ends.
                        let _ = WatchLine::Error { stage: None, error: message }.print(json);
                    }
                }
            }
            let waited = self.changed.wait_timeout(greeters, INTERVAL);
            greeters = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}
