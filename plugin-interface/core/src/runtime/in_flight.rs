//! The calls of this program into libraries that are running.
//!
//! Each thread has a list of its own, whose lock nobody else takes but who asks.
//! A plugin keeps none: it would need a thread-local, which pins a library.

use core::cell::Cell;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use crate::runtime::library_ref;

/// A call that is running.
#[derive(Clone, Debug)]
pub struct RunningCall {
    /// No other call of this process has it.
    pub number: (u64, u64),
    pub interface: &'static str,
    pub method: &'static str,
    /// The address of the vtable, which is in the library that is called.
    pub vtable: usize,
    pub thread: Thread,
    pub age: Duration,
}

struct Entry {
    number: u64,
    interface: &'static str,
    method: &'static str,
    vtable: usize,
    since: Instant,
}

/// The calls of one thread, the outermost first.
struct ThreadCalls {
    number: u64,
    thread: Thread,
    calls: Mutex<Vec<Entry>>,
}

/// The threads that have made a call, and the number of the next one.
static THREADS: Mutex<(u64, Vec<Weak<ThreadCalls>>)> = Mutex::new((0, Vec::new()));

thread_local! {
    static OWN: Arc<ThreadCalls> = register();
    static NEXT: Cell<u64> = const { Cell::new(0) };
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn register() -> Arc<ThreadCalls> {
    let mut threads = locked(&THREADS);
    let (number, known) = &mut *threads;
    *number += 1;
    known.retain(|thread| thread.strong_count() > 0);
    let calls = Mutex::new(Vec::new());
    let own = Arc::new(ThreadCalls { number: *number, thread: thread::current(), calls });
    known.push(Arc::downgrade(&own));
    own
}

/// Keeps a call in the list until it is dropped, on the same thread.
#[derive(Debug)]
pub(crate) struct Running(Option<u64>);

impl Running {
    /// A call that is in no list.
    #[inline]
    pub(crate) fn unlisted() -> Self {
        Running(None)
    }

    pub(crate) fn begin(interface: &'static str, method: &'static str, vtable: usize) -> Self {
        if !library_ref::current_or_null().is_null() {
            return Running(None);
        }
        let number = NEXT.replace(NEXT.get() + 1);
        let entry = Entry { number, interface, method, vtable, since: Instant::now() };
        // A thread that is ending has no list any more.
        let added = OWN.try_with(|own| locked(&own.calls).push(entry));
        Running(added.is_ok().then_some(number))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let Some(number) = self.0 else { return };
        let _ = OWN.try_with(|own| {
            let mut calls = locked(&own.calls);
            let at = calls.iter().rposition(|call| call.number == number);
            at.map(|at| calls.remove(at));
        });
    }
}

/// Returns the calls that are running, of each thread the outermost first.
pub fn running_calls() -> Vec<RunningCall> {
    let threads: Vec<_> = locked(&THREADS).1.iter().filter_map(Weak::upgrade).collect();
    let mut running = Vec::new();
    for own in threads {
        running.extend(locked(&own.calls).iter().map(|call| RunningCall {
            number: (own.number, call.number),
            interface: call.interface,
            method: call.method,
            vtable: call.vtable,
            thread: own.thread.clone(),
            age: call.since.elapsed(),
        }));
    }
    running
}
