//! The thread that waits for the last guards of replaced versions.
//!
//! There is one for the whole process, so that no caller ever waits. It only
//! looks: a version without guards is closed by the queue of its library.
//!
//! The drop of a guard notifies nobody, since that would cost every call.
//! Instead the thread looks at each version, often at first, then less often.
//! It sleeps while there is no version to look at. It leaves a new one alone
//! for a moment, so that closing it takes no time from the first calls of the
//! next version.

use std::sync::{Mutex, PoisonError};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

/// A version whose last guard is waited for.
pub(super) trait PendingReclaim: Send {
    /// The time at which it was replaced.
    fn since(&self) -> Instant;

    /// Hands it over to be closed if its last guard is gone. Returns `true` if
    /// that is done. Runs no code of plugins or users.
    fn try_reclaim(&mut self) -> bool;
}

/// The thread, and the versions that it has not taken over yet.
#[derive(Default)]
struct Queue {
    arrived: Vec<Box<dyn PendingReclaim>>,
    thread: Option<Thread>,
}

/// The shortest time between two looks at a version.
const SHORTEST: Duration = Duration::from_millis(1);

static QUEUE: Mutex<Queue> = Mutex::new(Queue { arrived: Vec::new(), thread: None });

/// Has a version closed when its last guard is gone. Returns at once.
pub(super) fn add(pending: Box<dyn PendingReclaim>) {
    let mut queue = QUEUE.lock().unwrap_or_else(PoisonError::into_inner);
    queue.arrived.push(pending);
    if queue.thread.is_none() {
        // If the system has no thread now, the next version tries again.
        let started = thread::Builder::new().name("plugin-retire".to_owned()).spawn(run);
        queue.thread = started.ok().map(|handle| handle.thread().clone());
    }
    let thread = queue.thread.clone();
    // The thread locks the queue when it wakes.
    drop(queue);
    if let Some(thread) = thread {
        thread.unpark();
    }
}

fn run() {
    let mut waiting: Vec<Box<dyn PendingReclaim>> = Vec::new();
    loop {
        waiting.append(&mut QUEUE.lock().unwrap_or_else(PoisonError::into_inner).arrived);
        waiting
            .retain_mut(|pending| pending.since().elapsed() < SHORTEST || !pending.try_reclaim());
        match waiting.iter().map(|pending| pending.since()).max() {
            None => thread::park(),
            Some(newest) => thread::park_timeout(pause(newest.elapsed())),
        }
    }
}

/// Returns the pause before the next look at a version of that age.
fn pause(age: Duration) -> Duration {
    (age / 8).clamp(SHORTEST, Duration::from_millis(250))
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Sender, channel};

    use super::*;

    struct Patient {
        since: Instant,
        attempts: u32,
        done: Sender<thread::ThreadId>,
    }

    impl PendingReclaim for Patient {
        fn since(&self) -> Instant {
            self.since
        }

        fn try_reclaim(&mut self) -> bool {
            self.attempts -= 1;
            if self.attempts == 0 {
                self.done.send(thread::current().id()).unwrap();
            }
            self.attempts == 0
        }
    }

    #[test]
    fn each_is_tried_until_it_is_done_on_one_thread_that_is_not_ours() {
        let (done, finished) = channel();
        for attempts in [1, 5, 3] {
            let done = done.clone();
            add(Box::new(Patient { since: Instant::now(), attempts, done }));
        }
        let threads: Vec<_> = finished.iter().take(3).collect();
        assert!(threads.iter().all(|id| *id == threads[0] && *id != thread::current().id()));
    }

    #[test]
    fn pauses_grow_with_age_and_have_an_end() {
        assert_eq!(pause(Duration::ZERO), SHORTEST);
        assert_eq!(pause(Duration::from_millis(80)), Duration::from_millis(10));
        assert_eq!(pause(Duration::from_secs(3600)), Duration::from_millis(250));
    }
}
