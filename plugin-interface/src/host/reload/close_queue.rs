//! Closes the versions of one library, one after the other.
//!
//! Closing runs code of the plugin and of listeners, which may block. Each
//! library therefore has a queue of its own. The queue has a thread only while
//! it has something to do: destructors of thread-locals that a plugin's drop
//! left there run when that thread ends.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Instant;

use super::reclaimer::{self, PendingReclaim};
use crate::runtime::failure::contain;

type Job = Box<dyn FnOnce() + Send>;

#[derive(Default)]
pub(crate) struct CloseQueue(Mutex<Jobs>);

#[derive(Default)]
struct Jobs {
    waiting: VecDeque<Job>,
    /// `true` while a thread takes jobs from the queue, or the reclaimer tries
    /// to start one.
    is_served: bool,
}

impl CloseQueue {
    /// Runs a job after those before it, on the thread of this queue. Returns
    /// at once. If the system has no thread, the job waits until it has one.
    pub(crate) fn run(self: &Arc<Self>, job: impl FnOnce() + Send + 'static) {
        let mut jobs = self.jobs();
        jobs.waiting.push_back(Box::new(job));
        if std::mem::replace(&mut jobs.is_served, true) {
            return;
        }
        drop(jobs);
        if !self.start(start_thread) {
            reclaimer::add(Box::new(WaitingForThread(Arc::clone(self), Instant::now())));
        }
    }

    /// Starts the thread. Returns `false` if the system has none.
    fn start(self: &Arc<Self>, start: impl FnOnce(Job) -> bool) -> bool {
        let this = Arc::clone(self);
        start(Box::new(move || this.run_all()))
    }

    fn run_all(&self) {
        while let Some(job) = self.next() {
            // The panic hook reported a panic, which concerns no other job.
            let _ = contain(job);
        }
    }

    fn next(&self) -> Option<Job> {
        let mut jobs = self.jobs();
        let next = jobs.waiting.pop_front();
        jobs.is_served = next.is_some();
        next
    }

    fn jobs(&self) -> MutexGuard<'_, Jobs> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn start_thread(run: Job) -> bool {
    thread::Builder::new().name("plugin-close".to_owned()).spawn(run).is_ok()
}

/// A queue with jobs for which the system had no thread.
struct WaitingForThread(Arc<CloseQueue>, Instant);

impl PendingReclaim for WaitingForThread {
    fn since(&self) -> Instant {
        self.1
    }

    fn try_reclaim(&mut self) -> bool {
        self.0.start(start_thread)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;
    use std::time::Duration;

    use super::*;

    const DEADLINE: Duration = Duration::from_secs(60);

    /// A payload whose drop panics too.
    struct Stubborn;

    impl Drop for Stubborn {
        fn drop(&mut self) {
            panic!("a panic in the drop of a payload, for the test");
        }
    }

    #[test]
    fn jobs_of_one_queue_run_in_order_and_survive_a_panic() {
        let (sender, done) = channel();
        let queue = Arc::new(CloseQueue::default());
        for number in 0..3 {
            let sender = sender.clone();
            queue.run(move || {
                sender.send((number, thread::current().id())).unwrap();
                match number {
                    0 => panic!("a panic for the test"),
                    1 => std::panic::panic_any(Stubborn),
                    _ => {}
                }
            });
        }
        let next = || done.recv_timeout(DEADLINE).expect("each job runs");
        let all = [next(), next(), next()];
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
        done.recv_timeout(DEADLINE).expect("the other queue runs");
        drop(release);
    }

    #[test]
    fn a_job_without_a_thread_runs_later_and_on_no_other_thread() {
        let (sender, done) = channel();
        let queue = Arc::new(CloseQueue::default());
        let mut jobs = queue.jobs();
        jobs.is_served = true;
        jobs.waiting.push_back(Box::new(move || {
            sender.send(thread::current().name().map(str::to_owned)).unwrap();
        }));
        drop(jobs);
        assert!(!queue.start(|_| false), "the system has no thread");
        done.try_recv().expect_err("nobody runs it here");
        reclaimer::add(Box::new(WaitingForThread(queue, Instant::now())));
        let thread = done.recv_timeout(DEADLINE).expect("it is tried again");
        assert_eq!(thread.as_deref(), Some("plugin-close"));
    }
}
