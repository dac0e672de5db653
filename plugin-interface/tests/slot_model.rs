//! The work of a task of a plugin under the model checker `loom`.
//!
//! As in `swap_model.rs`, `loom` runs each program below under all interleavings of
//! its threads. The code is that of `src/host/tasks/slot.rs`, compiled with loom's
//! atomics. A sequentially consistent fence on both sides stands for the asymmetric
//! one.

#[allow(dead_code, reason = "the model needs a part of it")]
#[path = "../src/host/tasks/slot.rs"]
mod slot;

/// `src/host/tasks/sync.rs` with loom's types.
mod sync {
    use std::time::Duration;

    pub(super) use crate::fence;
    pub(super) use loom::sync::atomic::AtomicBool;
    pub(super) use loom::sync::{Mutex, MutexGuard};

    pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
        mutex.lock().unwrap()
    }

    pub(super) fn sleep(_: Duration) {
        unreachable!("no fence is refused here");
    }
}

/// `src/host/swap/fence.rs` with a full fence on both sides.
mod fence {
    use std::time::Duration;

    use loom::sync::atomic::{Ordering, fence};

    pub(super) const VISIBLE_AFTER: Duration = Duration::MAX;

    pub(super) fn prepare() {}

    pub(super) fn light() {
        fence(Ordering::SeqCst);
    }

    pub(super) fn heavy() -> bool {
        fence(Ordering::SeqCst);
        true
    }
}

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Wake, Waker};

use loom::cell::UnsafeCell;
use loom::thread;

use slot::{Begun, Paused, Runner, Slot, take_away};

/// Work that notices when two use it at once, and counts its drops.
struct Work {
    /// Loom refuses a write that does not happen after all others.
    memory: UnsafeCell<u32>,
    drops: Arc<AtomicUsize>,
}

impl Work {
    fn run(&mut self) {
        self.memory.with_mut(|_| ());
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        self.memory.with_mut(|_| ());
        self.drops.fetch_add(1, Ordering::Relaxed);
    }
}

/// Polls that were asked for.
#[derive(Default)]
struct Polls(AtomicUsize);

impl Wake for Polls {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

fn work(drops: &Arc<AtomicUsize>) -> Work {
    Work { memory: UnsafeCell::new(0), drops: Arc::clone(drops) }
}

/// Polls work that is never done. Returns `true` if its task goes on.
fn poll(runner: &mut Runner<Work>) -> bool {
    match runner.begin() {
        Begun::Run(work) => {
            work.run();
            match runner.pause() {
                Paused::Waiting => true,
                Paused::Cancelled(mut work) => {
                    work.run();
                    false
                }
                Paused::Gone => false,
            }
        }
        Begun::Cancelled(mut work) => {
            work.run();
            false
        }
        Begun::Gone => false,
    }
}

/// Takes the work of one slot, and returns `true` if it was there to be taken.
fn take(slot: &Arc<Slot<Work>>) -> bool {
    let taken = take_away(std::slice::from_ref(slot)).remove(0).0;
    taken.map(|mut work| work.run()).is_some()
}

/// Runs a program with work, its runner and the number of its drops.
fn check(program: impl Fn(Runner<Work>, &Arc<AtomicUsize>) + Sync + Send + 'static) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(3);
    model.check(move || {
        let drops = Arc::<AtomicUsize>::default();
        program(Runner::new(work(&drops)), &drops);
        assert_eq!(drops.load(Ordering::Relaxed), 1, "the work is dropped once");
    });
}

#[test]
fn work_that_is_taken_away_is_not_run_meanwhile_and_nobody_leaves_it_behind() {
    check(|mut runner, drops| {
        let slot = Arc::clone(runner.slot());
        let taker = thread::spawn(move || take(&slot));
        let goes_on = poll(&mut runner) && poll(&mut runner);
        let is_taken = taker.join().unwrap();
        // No further poll is needed, so an executor that has stopped is no obstacle.
        assert_eq!(drops.load(Ordering::Relaxed), 1, "taken {is_taken}, goes on {goes_on}");
        assert!(!poll(&mut runner));
        assert_eq!(runner.end().is_none(), is_taken, "one notes the end");
    });
}

#[test]
fn of_two_takers_and_the_runner_one_has_the_work() {
    check(|mut runner, _| {
        let takers = [(); 2].map(|()| {
            let slot = Arc::clone(runner.slot());
            thread::spawn(move || take(&slot))
        });
        poll(&mut runner);
        let taken = takers.map(|taker| taker.join().unwrap());
        let ended = runner.end();
        let owners = usize::from(ended.is_some()) + taken.iter().filter(|taken| **taken).count();
        assert_eq!(owners, 1, "one notes the end");
    });
}

#[test]
fn work_whose_task_is_dropped_or_done_is_dropped_once() {
    check(|mut runner, _| {
        let slot = Arc::clone(runner.slot());
        let taker = thread::spawn(move || take(&slot));
        let ended = match runner.begin() {
            Begun::Run(work) => {
                work.run();
                // It is done, and taken out by its runner.
                runner.end().expect("it runs, so nobody else took it")
            }
            Begun::Cancelled(work) => Some(work),
            Begun::Gone => None,
        };
        drop(ended);
        taker.join().unwrap();
    });
    check(|mut runner, _| {
        let slot = Arc::clone(runner.slot());
        let taker = thread::spawn(move || take(&slot));
        let own = runner.end();
        assert_ne!(taker.join().unwrap(), own.is_some());
    });
}

#[test]
fn who_cancels_wakes_the_task_or_its_next_poll_sees_it() {
    check(|mut runner, _| {
        let (slot, polls) = (Arc::clone(runner.slot()), Arc::<Polls>::default());
        let canceller = thread::spawn(move || slot.cancel());
        runner.slot().set_waker(Waker::from(Arc::clone(&polls)));
        let goes_on = poll(&mut runner);
        canceller.join().unwrap();
        if goes_on {
            assert_eq!(polls.0.load(Ordering::Relaxed), 1, "it was woken");
            assert!(!poll(&mut runner));
        }
    });
}
