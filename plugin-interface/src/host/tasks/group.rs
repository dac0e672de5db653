//! The tasks of one plugin, which end before it does.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::executor::Executor;
use super::slot::{Runner, Slot, take_away};
use super::task::{BlockingTask, Call, Ended, Task};
use crate::BoxFuture;
use crate::host::thread_exits::idle;
use crate::runtime::failure::contain;

/// The tasks of one plugin.
pub(crate) struct Group {
    executor: Arc<dyn Executor>,
    state: Mutex<State>,
    /// A task has ended, or a thread that drops futures.
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// Since when nothing may be spawned.
    closed: Option<Instant>,
    last: u64,
    /// Those that have not ended, by number.
    tasks: BTreeMap<u64, Spawned>,
    /// The threads that drop futures.
    dropping: usize,
}

/// A task that has not ended.
#[derive(Clone)]
struct Spawned {
    name: Arc<str>,
    work: Work,
}

#[derive(Clone)]
enum Work {
    Future(Arc<Slot<BoxFuture<'static, ()>>>),
    Call(Arc<Slot<Call>>),
}

/// Work that was taken from its task before it ended.
enum Taken {
    Future(#[expect(dead_code, reason = "dropped on a thread for it")] BoxFuture<'static, ()>),
    Call(#[expect(dead_code, reason = "dropped on a thread for it")] Call),
}

/// Tasks with work of one type, and their numbers.
struct Numbered<W> {
    numbers: Vec<u64>,
    slots: Vec<Arc<Slot<W>>>,
}

impl<W> Default for Numbered<W> {
    fn default() -> Self {
        Numbered { numbers: Vec::new(), slots: Vec::new() }
    }
}

impl<W> Numbered<W> {
    fn push(&mut self, number: u64, slot: Arc<Slot<W>>) {
        self.numbers.push(number);
        self.slots.push(slot);
    }

    /// Takes away the work that does not run. Stores it, and who wakes the others.
    fn take_away(
        self,
        taken_as: impl Fn(W) -> Taken,
        taken: &mut Vec<(u64, Taken)>,
        wakers: &mut Vec<Waker>,
    ) {
        for (number, (work, waker)) in self.numbers.into_iter().zip(take_away(&self.slots)) {
            taken.extend(work.map(|work| (number, taken_as(work))));
            wakers.extend(waker);
        }
    }
}

/// Removes a task that has ended from its group.
struct Remove {
    group: Arc<Group>,
    number: u64,
}

impl Ended for Remove {
    fn ended(&mut self) {
        self.group.ended(self.number);
    }
}

impl Group {
    pub(super) fn new(executor: Arc<dyn Executor>) -> Arc<Self> {
        Arc::new(Group { executor, state: Mutex::default(), changed: Condvar::new() })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a task. Returns 0 if nothing may be spawned any more.
    fn add(&self, name: &str, work: Work) -> u64 {
        let mut state = self.lock();
        if state.closed.is_some() {
            return 0;
        }
        state.last += 1;
        let number = state.last;
        state.tasks.insert(number, Spawned { name: name.into(), work });
        number
    }

    /// Runs a future. Returns its number, or 0 if it was dropped.
    pub(super) fn spawn(self: &Arc<Self>, name: &str, future: BoxFuture<'static, ()>) -> u64 {
        let runner = Runner::new(future);
        let number = self.add(name, Work::Future(Arc::clone(runner.slot())));
        if number != 0 {
            let task = Task::new(runner, Remove { group: Arc::clone(self), number });
            // If it panics, it drops the task. Its hook reported that.
            let _ = contain(|| self.executor.spawn(Box::pin(task)));
        }
        number
    }

    /// Calls a closure on a thread that may wait. Returns the same.
    pub(super) fn spawn_blocking(
        self: &Arc<Self>,
        name: &str,
        call: Box<dyn FnOnce() + Send>,
    ) -> u64 {
        let runner = Runner::new(Some(call));
        let number = self.add(name, Work::Call(Arc::clone(runner.slot())));
        if number != 0 {
            let task = BlockingTask::new(runner, Remove { group: Arc::clone(self), number });
            let _ = contain(|| self.executor.spawn_blocking(Box::new(move || task.run())));
        }
        number
    }

    /// Cancels a task, if it has not ended.
    pub(super) fn abort(&self, number: u64) {
        let spawned = self.lock().tasks.get(&number).cloned();
        let cancel = |spawned: Spawned| match spawned.work {
            Work::Future(slot) => slot.cancel(),
            Work::Call(slot) => slot.cancel(),
        };
        // It wakes the task, which is code of the executor.
        let _ = contain(|| spawned.map(cancel));
    }

    /// Returns a future of the executor, or the message of its panic.
    pub(super) fn sleep(&self, duration: Duration) -> Result<BoxFuture<'static, ()>, String> {
        contain(|| self.executor.sleep(duration))
    }

    fn ended(&self, number: u64) {
        let mut state = self.lock();
        let ended = state.tasks.remove(&number);
        let is_closed = state.closed.is_some();
        drop(state);
        drop(ended);
        if is_closed {
            self.changed.notify_all();
            // Its library may wait for this.
            idle::signal();
        }
    }

    /// Cancels all tasks, and waits until they have ended, but not longer than
    /// `within`. Returns the names of those that have not.
    ///
    /// A future that nobody polls is dropped on a thread of its own, so that this
    /// does not depend on the executor: its only thread may be the caller's.
    pub(super) fn close(self: &Arc<Self>, within: Duration) -> Vec<String> {
        let mut state = self.lock();
        let closed = *state.closed.get_or_insert_with(Instant::now);
        if state.last == 0 {
            return Vec::new();
        }
        let tasks = state.tasks.iter().map(|(number, task)| (*number, task.clone())).collect();
        drop(state);
        self.drop_apart(tasks);
        let end = closed.checked_add(within);
        let mut state = self.lock();
        while !state.tasks.is_empty() || state.dropping > 0 {
            let left = end.map(|end| end.saturating_duration_since(Instant::now()));
            match left {
                Some(Duration::ZERO) => break,
                Some(left) => {
                    let waited = self.changed.wait_timeout(state, left);
                    state = waited.unwrap_or_else(PoisonError::into_inner).0;
                }
                None => {
                    state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                }
            }
        }
        let left = state.names();
        drop(state);
        let _ = contain(|| self.executor.renew_threads());
        left
    }

    /// Drops the work of tasks that nobody runs, on a thread that has ended when it
    /// is not counted any more, with the thread-locals that the plugin left there.
    fn drop_apart(self: &Arc<Self>, tasks: Vec<(u64, Spawned)>) {
        let (mut futures, mut calls) = (Numbered::default(), Numbered::default());
        for (number, Spawned { work, .. }) in tasks {
            match work {
                Work::Future(slot) => futures.push(number, slot),
                Work::Call(slot) => calls.push(number, slot),
            }
        }
        let (mut taken, mut wakers) = (Vec::new(), Vec::new());
        futures.take_away(Taken::Future, &mut taken, &mut wakers);
        calls.take_away(Taken::Call, &mut taken, &mut wakers);
        if !taken.is_empty() {
            self.lock().dropping += 1;
            let (dropping, dropped) = (Arc::clone(self), Arc::clone(self));
            let drop_all = move || dropping.drop_each(taken);
            on_a_thread("plugin-stop", move || {
                let thread = on_a_thread("plugin-stops", drop_all);
                // A panic of the plugin is contained.
                let _ = thread.map(JoinHandle::join);
                dropped.lock().dropping -= 1;
                dropped.changed.notify_all();
            });
        }
        // What has no work any more ends when it is polled.
        let _ = contain(|| wakers.into_iter().for_each(Waker::wake));
    }

    fn drop_each(&self, taken: Vec<(u64, Taken)>) {
        for (number, work) in taken {
            // The drop is code of the plugin. A panic of it was reported.
            let _ = contain(|| drop(work));
            self.ended(number);
        }
    }

    /// Describes the tasks that did not end when the plugin was destroyed.
    pub(crate) fn left(&self) -> Option<String> {
        let state = self.lock();
        let names = state.closed.map(|_| state.names()).unwrap_or_default();
        let which = match &names[..] {
            [] => return None,
            [only] => format!("its task `{only}`"),
            [first, more @ ..] => format!("its task `{first}` and {} more", more.len()),
        };
        Some(format!("{which} did not end when cancelled: {ADVICE}"))
    }
}

/// What the author of a task does about one that does not end.
pub(crate) const ADVICE: &str =
    "let it `.await` often, and a blocking one look now and then whether it should end";

/// Does something on a thread of its own; here if the system has none.
fn on_a_thread<F: FnOnce() + Send + 'static>(name: &str, act: F) -> Option<JoinHandle<()>> {
    fn take<F: FnOnce()>(act: &Mutex<Option<F>>) {
        let act = act.lock().unwrap_or_else(PoisonError::into_inner).take();
        act.into_iter().for_each(|act| act());
    }
    let act = Arc::new(Mutex::new(Some(act)));
    let shared = Arc::clone(&act);
    let spawned = thread::Builder::new().name(name.to_owned()).spawn(move || take(&shared));
    spawned.map_err(|_| take(&act)).ok()
}

impl State {
    fn names(&self) -> Vec<String> {
        self.tasks.values().map(|task| task.name.to_string()).collect()
    }
}
