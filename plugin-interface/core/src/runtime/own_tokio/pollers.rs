//! Threads of the plugin that do something for a thread of the host, which waits.
//!
//! Tokio keeps thread-locals with destructors on each thread that it sees. On a
//! thread of the host they would keep the library loaded as long as that lives. So
//! the host's threads never meet it.
#![expect(unsafe_code, reason = "a thread that waits lends what it has borrowed")]

use core::mem;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use tokio::runtime::Handle;

use crate::runtime::panic_location;

thread_local! {
    /// `true` on the threads of the runtime. It has no destructor.
    static IS_OWN: Cell<bool> = const { Cell::new(false) };
}

/// Returns `true` on a thread of the runtime.
pub(super) fn is_own() -> bool {
    IS_OWN.get()
}

/// Notes that this thread is one of the runtime.
pub(super) fn mark() {
    IS_OWN.set(true);
}

/// As many threads as have been needed at once.
pub(super) struct Pollers {
    runtime: Handle,
    idle: Mutex<Vec<Poller>>,
}

struct Poller {
    desk: Arc<Desk>,
    thread: JoinHandle<()>,
}

/// Where a call is handed over.
#[derive(Default)]
struct Desk {
    turn: Mutex<Turn>,
    changed: Condvar,
}

#[derive(Default)]
enum Turn {
    #[default]
    Idle,
    Call(Lent),
    Running,
    Done,
    End,
}

/// A closure of a thread that waits until it was called.
struct Lent(*mut (dyn FnMut() + Send));

// SAFETY: the closure is `Send`, and its owner does not use it meanwhile.
unsafe impl Send for Lent {}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Pollers {
    pub(super) fn new(runtime: Handle) -> Self {
        Pollers { runtime, idle: Mutex::default() }
    }

    /// Calls a closure within the runtime, and returns its result or its panic.
    pub(super) fn call<R: Send>(&self, call: impl FnOnce() -> R + Send) -> thread::Result<R> {
        let idle = lock(&self.idle).pop();
        let poller = idle.unwrap_or_else(|| Poller::start(self.runtime.clone()));
        let (mut call, mut result, mut place) = (Some(call), None, None);
        poller.desk.lend(&mut || {
            result = call.take().map(|call| catch_unwind(AssertUnwindSafe(call)));
            // Where it panicked is known on its thread only.
            place = matches!(result, Some(Err(_))).then(panic_location::take);
        });
        lock(&self.idle).push(poller);
        if let Some(place) = place {
            panic_location::set(place);
        }
        result.expect("it was called")
    }

    /// Ends all threads. Nobody calls them any more.
    pub(super) fn end(self) {
        let pollers = mem::take(&mut *lock(&self.idle));
        for Poller { desk, thread } in pollers {
            *lock(&desk.turn) = Turn::End;
            desk.changed.notify_all();
            // It catches each panic.
            let _ = thread.join();
        }
    }
}

impl Poller {
    fn start(runtime: Handle) -> Self {
        let desk = Arc::<Desk>::default();
        let shared = Arc::clone(&desk);
        let thread = thread::Builder::new().name("plugin-tokio-poll".to_owned());
        let thread = thread.spawn(move || {
            mark();
            let _entered = runtime.enter();
            shared.serve();
        });
        Poller { desk, thread: thread.expect("the system has another thread") }
    }
}

impl Desk {
    /// Lets the other thread call a closure, which does not panic, and waits for it.
    fn lend(&self, call: &mut (dyn FnMut() + Send)) {
        // SAFETY: only the lifetime changes. The other thread does not use it after
        // `Done`, and this does not return before that: nothing here panics.
        let call = unsafe {
            mem::transmute::<*mut (dyn FnMut() + Send + '_), *mut (dyn FnMut() + Send + 'static)>(
                call,
            )
        };
        let mut turn = lock(&self.turn);
        *turn = Turn::Call(Lent(call));
        self.changed.notify_all();
        while !matches!(*turn, Turn::Done) {
            turn = self.changed.wait(turn).unwrap_or_else(PoisonError::into_inner);
        }
        *turn = Turn::Idle;
    }

    /// Calls what is lent, until it is told to end.
    fn serve(&self) {
        let mut turn = lock(&self.turn);
        loop {
            match mem::replace(&mut *turn, Turn::Running) {
                Turn::Call(Lent(call)) => {
                    drop(turn);
                    // SAFETY: its owner waits for `Done`.
                    unsafe { (*call)() };
                    turn = lock(&self.turn);
                    *turn = Turn::Done;
                    self.changed.notify_all();
                }
                Turn::End => return,
                other => {
                    *turn = other;
                    turn = self.changed.wait(turn).unwrap_or_else(PoisonError::into_inner);
                }
            }
        }
    }
}
