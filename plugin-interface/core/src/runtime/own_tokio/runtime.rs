//! The runtime of a plugin, from its first use to the end of its last user.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};

use crate::runtime::own_tokio::pollers::{Pollers, is_own, mark};

/// The time that blocking tasks have to end. Threads that overstay keep the library
/// loaded.
const END_WITHIN: Duration = Duration::from_secs(5);

/// The most threads for spawned tasks.
const MOST_WORKERS: usize = 4;

static CURRENT: Mutex<Current> = Mutex::new(Current { users: 0, runtime: None });

struct Current {
    /// The instances, and the futures that may be polled.
    users: usize,
    runtime: Option<Arc<OwnRuntime>>,
}

/// A runtime, and the threads that enter it for others.
pub(super) struct OwnRuntime {
    runtime: Runtime,
    pub(super) pollers: Pollers,
}

fn current() -> MutexGuard<'static, Current> {
    CURRENT.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A user of the runtime. It ends after the last of them.
pub(super) struct User(());

impl User {
    pub(super) fn new() -> Self {
        current().users += 1;
        User(())
    }

    /// Ends a user that was forgotten.
    pub(super) fn end_forgotten() {
        drop(User(()));
    }

    /// Returns the runtime, which is started if there is none.
    ///
    /// # Panics
    ///
    /// If the system refuses it.
    pub(super) fn runtime(&self) -> Arc<OwnRuntime> {
        let mut current = current();
        Arc::clone(current.runtime.get_or_insert_with(OwnRuntime::start))
    }
}

impl Drop for User {
    fn drop(&mut self) {
        let mut current = current();
        current.users -= 1;
        if current.users > 0 {
            return;
        }
        let runtime = current.runtime.take();
        drop(current);
        // Nobody else has it without being a user.
        if let Some(runtime) = runtime.and_then(Arc::into_inner) {
            runtime.end();
        }
    }
}

/// Does something on a thread that never was the host's.
fn apart<R: Send + 'static>(act: impl FnOnce() -> R + Send + 'static) -> thread::JoinHandle<R> {
    let thread = thread::Builder::new().name("plugin-tokio".to_owned()).spawn(act);
    thread.expect("the system has another thread")
}

impl OwnRuntime {
    fn start() -> Arc<Self> {
        let workers = thread::available_parallelism().map_or(1, usize::from).min(MOST_WORKERS);
        let built = apart(move || {
            let mut builder = Builder::new_multi_thread();
            builder.enable_all().worker_threads(workers).thread_name("plugin-tokio");
            builder.on_thread_start(mark).build()
        });
        let runtime = built.join().expect("tokio does not panic").expect("tokio starts");
        let pollers = Pollers::new(runtime.handle().clone());
        Arc::new(OwnRuntime { runtime, pollers })
    }

    /// Ends it, and waits for that; but not on one of its own threads.
    fn end(self) {
        let OwnRuntime { runtime, pollers } = self;
        let ending = apart(move || {
            pollers.end();
            runtime.shutdown_timeout(END_WITHIN);
        });
        if !is_own() {
            let _ = ending.join();
        }
    }
}
