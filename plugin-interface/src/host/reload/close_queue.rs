//! Closes the versions of one library, one after the other.
//!
//! Closing runs code of the plugin and of listeners, which may block. Each
//! library therefore has a queue of its own. The queue has a thread only while
//! it has something to do: destructors of thread-locals that a plugin's drop
//! left there run when that thread ends.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

type Job = Box<dyn FnOnce() + Send>;

#[derive(Default)]
pub(super) struct CloseQueue(Mutex<Jobs>);

#[derive(Default)]
struct Jobs {
    waiting: VecDeque<Job>,
    /// `true` while a thread takes jobs from the queue.
    has_thread: bool,
}

impl CloseQueue {
    /// Runs a job after those before it, on the thread of this queue. Returns
    /// at once, unless the system has no thread for it.
    pub(super) fn run(self: &Arc<Self>, job: impl FnOnce() + Send + 'static) {
        let mut jobs = self.jobs();
        jobs.waiting.push_back(Box::new(job));
        if std::mem::replace(&mut jobs.has_thread, true) {
            return;
        }
        drop(jobs);
        let this = Arc::clone(self);
        let thread = thread::Builder::new().name("plugin-close".to_owned());
        if thread.spawn(move || this.run_all()).is_err() {
            self.run_all();
        }
    }

    fn run_all(&self) {
        while let Some(job) = self.next() {
            // A panic of a listener was reported by the panic hook, and
            // concerns no other job.
            let _ = catch_unwind(AssertUnwindSafe(job));
        }
    }

    fn next(&self) -> Option<Job> {
        let mut jobs = self.jobs();
        let next = jobs.waiting.pop_front();
        jobs.has_thread = next.is_some();
        next
    }

    fn jobs(&self) -> MutexGuard<'_, Jobs> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;
    use std::time::Duration;

    use super::*;

    #[test]
    fn jobs_of_one_queue_run_in_order_and_survive_a_panic() {
        let (sender, done) = channel();
        let queue = Arc::new(CloseQueue::default());
        for number in 0..3 {
            let sender = sender.clone();
            queue.run(move || {
                sender.send((number, thread::current().id())).unwrap();
                assert_ne!(number, 0, "a panic for the test");
            });
        }
        let all: Vec<_> = done.iter().take(3).collect();
        assert!(all.iter().enumerate().all(|(at, (number, _))| at == *number));
        assert!(all.iter().all(|(_, thread)| *thread != thread::current().id()));
    }

    #[test]
    fn a_job_that_blocks_does_not_hold_up_another_queue() {
        let (release, blocked) = channel::<()>();
        let (sender, done) = channel();
        let [first, second] = [(); 2].map(|()| Arc::new(CloseQueue::default()));
        first.run(move || blocked.recv().unwrap_or_default());
        second.run(move || sender.send(()).unwrap());
        done.recv_timeout(Duration::from_secs(60)).expect("the other queue runs");
        drop(release);
    }
}
