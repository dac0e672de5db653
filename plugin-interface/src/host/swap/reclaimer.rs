//! Where replaced versions go: to a thread of ours, which waits for their last
//! guards and then unmakes and closes them, so that no caller ever does.
//!
//! A guard that goes tells nobody, since that would cost every call. The
//! thread looks, at first often, then less so; while there is nothing to look
//! at, it sleeps. It leaves a version alone for a moment, so that its end does
//! not take time from the first calls of the next one. A plugin whose drop does
//! not return holds up those after it.

use std::sync::{Mutex, PoisonError};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

/// A version on its way out.
pub(in crate::host) trait PendingReclaim: Send {
    /// When it was replaced.
    fn since(&self) -> Instant;

    /// Retires it if nobody is inside, and tells whether that is done.
    fn try_reclaim(&mut self) -> bool;
}

/// What the thread has yet to hear of, and the thread.
#[derive(Default)]
struct Queue {
    arrived: Vec<Box<dyn PendingReclaim>>,
    thread: Option<Thread>,
}

/// A version is left alone for so long, at least, between two looks at it.
const SHORTEST: Duration = Duration::from_millis(1);

static QUEUE: Mutex<Queue> = Mutex::new(Queue { arrived: Vec::new(), thread: None });

/// Retires a version when its last guard is gone. Returns at once.
pub(in crate::host) fn retire(pending: Box<dyn PendingReclaim>) {
    let mut queue = QUEUE.lock().unwrap_or_else(PoisonError::into_inner);
    queue.arrived.push(pending);
    if queue.thread.is_none() {
        // If the system has no thread for us, the next version tries again.
        let started = thread::Builder::new().name("plugin-retire".to_owned()).spawn(run);
        queue.thread = started.ok().map(|handle| handle.thread().clone());
    }
    let thread = queue.thread.clone();
    // It wants the queue when it wakes.
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

/// How long to leave a version alone that was replaced so long ago.
fn pause(age: Duration) -> Duration {
    (age / 8).clamp(SHORTEST, Duration::from_millis(250))
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Sender, channel};

    use crate::host::swap::reclaimer::*;

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
            retire(Box::new(Patient { since: Instant::now(), attempts, done }));
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
