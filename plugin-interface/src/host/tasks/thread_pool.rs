//! An executor for hosts that have none: a few threads, of the standard library.

use core::fmt;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::{Duration, Instant};

use super::executor::Executor;
use crate::BoxFuture;
use crate::runtime::failure::contain;

/// The most threads for closures that may wait. More closures wait for a thread.
const MOST_BLOCKING: usize = 512;

/// An executor for the tasks of plugins: a few threads.
///
/// They are started when the first task is spawned, and end when the pool is
/// dropped, which drops every task. Each blocking task has a thread of its own. When a
/// plugin with tasks is destroyed, the pool replaces its threads, so that its library is
/// unmapped at once although thread-locals of it were left there.
///
/// Feature `tasks`.
///
/// ```
/// use std::sync::Arc;
///
/// use plugin_interface::{PluginManager, ThreadPool};
///
/// let mut manager = PluginManager::new();
/// manager.provide_executor(Arc::new(ThreadPool::new(2)));
/// ```
pub struct ThreadPool(Arc<Pool>);

struct Pool {
    threads: usize,
    state: Mutex<State>,
    /// There is something to do. Threads without anything to do wait for it.
    work: Condvar,
    /// There is something to do, or an earlier timer. The thread that waits for the
    /// next timer waits for it.
    time: Condvar,
    /// All tasks, by their addresses. One that waits may be owned by itself only: its
    /// future may have its waker. Nothing is dropped and nothing else locked meanwhile, so a
    /// task may go while its thread has the lock of the state.
    jobs: Mutex<HashMap<usize, Weak<Job>>>,
    /// Set before the futures of all tasks are dropped.
    is_closed: AtomicBool,
}

#[derive(Default)]
struct State {
    /// The tasks to be polled.
    ready: VecDeque<Arc<Job>>,
    /// The wakers of those who sleep, by their time, and by a number of their own.
    timers: BTreeMap<(Instant, u64), Waker>,
    last_timer: u64,
    /// The number of threads, of those that wait for work, and whether one waits
    /// for the next timer.
    running: usize,
    idle: usize,
    has_timekeeper: bool,
    /// Threads of an earlier generation end.
    generation: u64,
    is_closed: bool,
    /// The number of threads that call closures, and the closures without one.
    blocking: usize,
    waiting: VecDeque<Box<dyn FnOnce() + Send>>,
}

impl ThreadPool {
    /// Creates a pool of so many threads, and of one at least.
    pub fn new(threads: usize) -> Self {
        ThreadPool(Arc::new(Pool {
            threads: threads.max(1),
            state: Mutex::default(),
            work: Condvar::new(),
            time: Condvar::new(),
            jobs: Mutex::default(),
            is_closed: AtomicBool::new(false),
        }))
    }
}

impl fmt::Debug for ThreadPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ThreadPool").field("threads", &self.0.threads).finish()
    }
}

impl Executor for ThreadPool {
    fn spawn(&self, task: BoxFuture<'static, ()>) {
        let (future, pool) = (Mutex::new(Some(task)), Arc::clone(&self.0));
        let job = Arc::new(Job { future, state: AtomicU8::new(QUEUED), pool });
        self.0.jobs().insert(job.address(), Arc::downgrade(&job));
        self.0.push(job);
    }

    fn spawn_blocking(&self, call: Box<dyn FnOnce() + Send>) {
        let mut state = self.0.lock();
        state.waiting.push_back(call);
        if state.blocking == MOST_BLOCKING {
            return;
        }
        state.blocking += 1;
        drop(state);
        let pool = Arc::clone(&self.0);
        let thread = thread::Builder::new().name("plugin-blocking".to_owned());
        if thread.spawn(move || pool.call_blocking()).is_err() {
            // Another thread takes it. Without any it is dropped: it is cancelled.
            let mut state = self.0.lock();
            state.blocking -= 1;
            let dropped = if state.blocking == 0 { state.waiting.pop_back() } else { None };
            drop(state);
            drop(dropped);
        }
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        // Ready never, if it is too far away to be a time.
        let at = Instant::now().checked_add(duration);
        Box::pin(Sleep { pool: Arc::clone(&self.0), at, timer: None })
    }

    fn renew_threads(&self) {
        let mut state = self.0.lock();
        state.generation += 1;
        self.0.work.notify_all();
        self.0.time.notify_all();
    }
}

impl Drop for ThreadPool {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.is_closed = true;
        let ready = std::mem::take(&mut state.ready);
        let timers = std::mem::take(&mut state.timers);
        let waiting = std::mem::take(&mut state.waiting);
        let jobs: Vec<_> = self.0.jobs().values().filter_map(Weak::upgrade).collect();
        self.0.work.notify_all();
        self.0.time.notify_all();
        drop(state);
        self.0.is_closed.store(true, Ordering::Relaxed);
        let _ = contain(|| drop((ready, timers, waiting)));
        for job in jobs {
            // What is polled now is dropped by who polls it.
            let future = job.future().take();
            let _ = contain(|| drop(future));
        }
    }
}

impl Pool {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn jobs(&self) -> MutexGuard<'_, HashMap<usize, Weak<Job>>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a task to be polled.
    fn push(self: &Arc<Self>, job: Arc<Job>) {
        let mut state = self.lock();
        if state.is_closed {
            drop(state);
            drop(job);
            return;
        }
        state.ready.push_back(job);
        self.call_a_thread(state);
    }

    /// Makes a thread look for work, and starts one if all are busy.
    fn call_a_thread(self: &Arc<Self>, mut state: MutexGuard<'_, State>) {
        if state.idle > 0 {
            return self.work.notify_one();
        }
        if state.has_timekeeper {
            return self.time.notify_one();
        }
        if state.running == self.threads || state.is_closed {
            return;
        }
        state.running += 1;
        let generation = state.generation;
        drop(state);
        let pool = Arc::clone(self);
        let thread = thread::Builder::new().name("plugin-tasks".to_owned());
        if thread.spawn(move || pool.work(generation)).is_err() {
            // Those that run do it, or the next call tries again.
            self.lock().running -= 1;
        }
    }

    /// Does what there is to do, until the pool is closed or has newer threads.
    fn work(self: Arc<Self>, generation: u64) {
        let mut state = self.lock();
        while !state.is_closed && state.generation == generation {
            if let Some(waker) = state.take_due() {
                drop(state);
                let _ = contain(|| waker.wake());
                state = self.lock();
            } else if let Some(job) = state.ready.pop_front() {
                // Others may be needed, for the next task or the next timer.
                match state.has_more() {
                    true => self.call_a_thread(state),
                    false => drop(state),
                }
                job.run();
                state = self.lock();
            } else {
                state = self.wait(state);
            }
        }
        state.running -= 1;
        if state.has_more() {
            self.call_a_thread(state);
        }
    }

    /// Waits until there may be something to do.
    fn wait<'a>(&'a self, mut state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        let next = state.timers.first_key_value().map(|((at, _), _)| *at);
        match next {
            Some(at) if !state.has_timekeeper => {
                state.has_timekeeper = true;
                let left = at.saturating_duration_since(Instant::now());
                let waited = self.time.wait_timeout(state, left);
                state = waited.unwrap_or_else(PoisonError::into_inner).0;
                state.has_timekeeper = false;
            }
            _ => {
                state.idle += 1;
                state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
                state.idle -= 1;
            }
        }
        state
    }

    /// Calls closures until there are none left.
    fn call_blocking(&self) {
        loop {
            let mut state = self.lock();
            let Some(call) = state.waiting.pop_front() else {
                state.blocking -= 1;
                return;
            };
            drop(state);
            let _ = contain(call);
        }
    }
}

impl State {
    /// Takes the waker of who sleeps no longer.
    fn take_due(&mut self) -> Option<Waker> {
        let timer = self.timers.first_entry()?;
        (timer.key().0 <= Instant::now()).then(|| timer.remove())
    }

    /// Returns `true` if another thread should look for work: for a task that is
    /// ready, or to wait for the next timer.
    fn has_more(&self) -> bool {
        !self.ready.is_empty() || (!self.timers.is_empty() && !self.has_timekeeper)
    }
}

const IDLE: u8 = 0;
const QUEUED: u8 = 1;
const POLLED: u8 = 2;
/// It is polled, and was woken since.
const WOKEN: u8 = 3;
const DONE: u8 = 4;

/// A task, which is its own waker.
struct Job {
    /// Locked by who polls it, which is one thread at a time.
    future: Mutex<Option<BoxFuture<'static, ()>>>,
    state: AtomicU8,
    pool: Arc<Pool>,
}

impl Drop for Job {
    fn drop(&mut self) {
        self.pool.jobs().remove(&self.address());
    }
}

impl Job {
    fn address(&self) -> usize {
        core::ptr::from_ref(self).addr()
    }

    fn future(&self) -> MutexGuard<'_, Option<BoxFuture<'static, ()>>> {
        self.future.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(self: Arc<Self>) {
        self.state.store(POLLED, Ordering::Release);
        let waker = Waker::from(Arc::clone(&self));
        let taken = self.future().take();
        let Some(mut future) = taken else { return };
        let poll = || future.as_mut().poll(&mut Context::from_waker(&waker));
        if !matches!(contain(poll), Ok(Poll::Pending)) {
            self.state.store(DONE, Ordering::Release);
            let _ = contain(|| drop(future));
            return;
        }
        let mut place = self.future();
        // Who closes the pool sets this first, and takes the future out after that: by the
        // lock, either it is seen here, or the future is seen there.
        if self.pool.is_closed.load(Ordering::Relaxed) {
            drop(place);
            self.state.store(DONE, Ordering::Release);
            let _ = contain(|| drop(future));
            return;
        }
        *place = Some(future);
        drop(place);
        let waits = self.state.compare_exchange(POLLED, IDLE, Ordering::AcqRel, Ordering::Acquire);
        if waits.is_err() {
            self.state.store(QUEUED, Ordering::Release);
            let pool = Arc::clone(&self.pool);
            pool.push(self);
        }
    }

    /// Notes that it was woken. Returns `true` if it has to be queued.
    fn note_wake(&self) -> bool {
        let next = |state| match state {
            IDLE => Some(QUEUED),
            POLLED => Some(WOKEN),
            _ => None,
        };
        let before = self.state.fetch_update(Ordering::AcqRel, Ordering::Acquire, next);
        before == Ok(IDLE)
    }
}

impl Wake for Job {
    fn wake(self: Arc<Self>) {
        if self.note_wake() {
            let pool = Arc::clone(&self.pool);
            pool.push(self);
        }
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if self.note_wake() {
            self.pool.push(Arc::clone(self));
        }
    }
}

/// Waits for a time, by a timer of the pool.
struct Sleep {
    pool: Arc<Pool>,
    /// `None` never comes.
    at: Option<Instant>,
    timer: Option<(Instant, u64)>,
}

impl Sleep {
    /// Removes its timer, and sets the next.
    fn set_timer(&mut self, next: Option<(Instant, Waker)>) {
        let mut state = self.pool.lock();
        let earlier = self.timer.take().and_then(|timer| state.timers.remove(&timer));
        match next {
            Some((at, waker)) if !state.is_closed => {
                state.last_timer += 1;
                let timer = (at, state.last_timer);
                self.timer = Some(timer);
                state.timers.insert(timer, waker);
                let is_first = state.timers.first_key_value().is_some_and(|(key, _)| *key == timer);
                match state.has_timekeeper {
                    true => {
                        if is_first {
                            self.pool.time.notify_one();
                        }
                        drop(state);
                    }
                    false => self.pool.call_a_thread(state),
                }
            }
            // The wakers are dropped without the lock.
            next => {
                drop(state);
                drop(next);
            }
        }
        drop(earlier);
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let Some(at) = self.at else { return Poll::Pending };
        if at <= Instant::now() {
            self.set_timer(None);
            return Poll::Ready(());
        }
        let waker = context.waker().clone();
        self.set_timer(Some((at, waker)));
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if self.timer.is_some() {
            self.set_timer(None);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::sync::mpsc;

    use super::*;

    /// Spawns a task that keeps its own waker and never ends.
    fn keep_waiting(pool: &ThreadPool, polled: mpsc::Sender<()>, held: &Arc<()>) {
        let (held, mut waker) = (Arc::clone(held), None);
        pool.spawn(Box::pin(poll_fn(move |context| {
            let _held = &held;
            waker.get_or_insert_with(|| context.waker().clone());
            polled.send(()).unwrap();
            Poll::Pending
        })));
    }

    #[test]
    fn a_task_that_waits_and_has_its_own_waker_goes_with_the_pool() {
        let (pool, held) = (ThreadPool::new(2), Arc::new(()));
        let (polled, polls) = mpsc::channel();
        let inner = Arc::downgrade(&pool.0);
        for _ in 0..10 {
            keep_waiting(&pool, polled.clone(), &held);
        }
        (0..10).for_each(|_| polls.recv().unwrap());
        assert_eq!((Arc::strong_count(&held), pool.0.jobs().len()), (11, 10));
        drop(pool);
        // The threads end after it, and one may have been at the end of a poll.
        let end = Instant::now() + Duration::from_secs(60);
        while Arc::strong_count(&held) > 1 || inner.strong_count() > 0 {
            assert!(Instant::now() < end, "{} tasks are left", Arc::strong_count(&held) - 1);
            thread::yield_now();
        }
    }

    /// Spawns a task that waits for this future, which others may poll too. Returns once
    /// it waits.
    fn wait_for(pool: &ThreadPool, sleep: &Arc<Mutex<BoxFuture<'static, ()>>>, held: Arc<()>) {
        let (sleep, (polled, polls)) = (Arc::clone(sleep), mpsc::channel());
        pool.spawn(Box::pin(poll_fn(move |context| {
            let _held = &held;
            let poll = sleep.lock().unwrap().as_mut().poll(context);
            polled.send(()).unwrap();
            poll
        })));
        polls.recv().unwrap();
        // Else the thread that polled it would be an owner for a while.
        let is_idle = |job: &Weak<Job>| job.strong_count() <= 1;
        while !pool.0.jobs().values().all(is_idle) {
            thread::yield_now();
        }
    }

    #[test]
    fn a_task_that_only_a_timer_has_goes_with_its_timer() {
        let (ended, ends) = mpsc::channel();
        thread::spawn(move || {
            let (pool, held) = (ThreadPool::new(1), Arc::new(()));
            let sleep = Arc::new(Mutex::new(pool.sleep(Duration::from_secs(3600))));
            wait_for(&pool, &sleep, Arc::clone(&held));
            assert_eq!(Arc::strong_count(&held), 2);
            // That of somebody else takes the place of its waker.
            let mut context = Context::from_waker(Waker::noop());
            assert!(sleep.lock().unwrap().as_mut().poll(&mut context).is_pending());
            assert_eq!((Arc::strong_count(&held), pool.0.jobs().len()), (1, 0));
            // And with the pool.
            wait_for(&pool, &sleep, Arc::clone(&held));
            drop(pool);
            assert_eq!(Arc::strong_count(&held), 1);
            ended.send(()).unwrap();
        });
        // A thread that waits for a lock which it has does not end.
        ends.recv_timeout(Duration::from_secs(60)).unwrap();
    }

    #[test]
    fn a_task_that_has_ended_is_forgotten() {
        let (pool, held) = (ThreadPool::new(1), Arc::new(()));
        for _ in 0..100 {
            let held = Arc::clone(&held);
            pool.spawn(Box::pin(async move { drop(held) }));
        }
        let end = Instant::now() + Duration::from_secs(60);
        while !pool.0.jobs().is_empty() {
            assert!(Instant::now() < end, "{} tasks are left", pool.0.jobs().len());
            thread::yield_now();
        }
        assert_eq!(Arc::strong_count(&held), 1);
    }
}
