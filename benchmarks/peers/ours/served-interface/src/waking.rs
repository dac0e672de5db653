//! A task that is woken, in three ways.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Instant;

/// Who wakes the task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Itself,
    AnotherTask,
    AnotherThread,
}

impl Way {
    pub const ALL: [Way; 3] = [Way::Itself, Way::AnotherTask, Way::AnotherThread];
}

type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Returns a future that is woken so many times and returns the nanoseconds of that.
/// `spawn` runs another one beside it.
pub async fn woken(way: Way, times: u64, spawn: impl FnOnce(Task)) -> u64 {
    let start = Instant::now();
    match way {
        Way::Itself => yields(times).await,
        Way::AnotherTask => {
            let turns = Arc::<Turns>::default();
            let other = Arc::clone(&turns);
            // Each turn wakes one of the two.
            spawn(Box::pin(async move { other.take(1, times).await }));
            turns.take(0, times).await;
        }
        Way::AnotherThread => from_a_thread(times).await,
    }
    u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX)
}

async fn yields(times: u64) {
    let mut left = times;
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(());
        }
        left -= 1;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Two tasks that take turns.
#[derive(Default)]
struct Turns {
    turn: AtomicU64,
    wakers: [Mutex<Option<Waker>>; 2],
}

impl Turns {
    async fn take(&self, own: usize, times: u64) {
        poll_fn(|context| self.poll(own, times, context)).await;
    }

    fn poll(&self, own: usize, times: u64, context: &mut Context<'_>) -> Poll<()> {
        *self.wakers[own].lock().unwrap() = Some(context.waker().clone());
        let turn = self.turn.load(Ordering::Acquire);
        if turn < times && turn % 2 == own as u64 {
            self.turn.store(turn + 1, Ordering::Release);
            self.wake(1 - own);
        }
        if turn + 1 >= times {
            self.wake(1 - own);
            return Poll::Ready(());
        }
        Poll::Pending
    }

    fn wake(&self, number: usize) {
        let waker = self.wakers[number].lock().unwrap().clone();
        waker.inspect(Waker::wake_by_ref);
    }
}

/// A task that a thread wakes, which sleeps until it was polled.
async fn from_a_thread(times: u64) {
    struct Shared {
        polls: Mutex<(u64, Option<Waker>)>,
        polled: Condvar,
    }
    let shared = Arc::new(Shared { polls: Mutex::new((0, None)), polled: Condvar::new() });
    let waking = Arc::clone(&shared);
    let thread = thread::spawn(move || {
        let mut seen = 0;
        while seen < times {
            let mut polls = waking.polls.lock().unwrap();
            while polls.0 == seen {
                polls = waking.polled.wait(polls).unwrap();
            }
            seen = polls.0;
            let waker = polls.1.clone();
            drop(polls);
            waker.inspect(Waker::wake_by_ref);
        }
    });
    poll_fn(|context| {
        let mut polls = shared.polls.lock().unwrap();
        polls.0 += 1;
        if polls.0 > times {
            return Poll::Ready(());
        }
        polls.1 = Some(context.waker().clone());
        shared.polled.notify_one();
        Poll::Pending
    })
    .await;
    let _ = thread.join();
}
