//! Tasks of plugins on executors of hosts:
//! `cargo build --package plugin-interface --features tokio --example tasked`, then
//! `cargo test --package plugin-interface --features tokio --test tasks`.

#[path = "../bodies/build.rs"]
mod build;
mod ending;
mod executors;
mod parts;
mod running;
#[cfg(feature = "tokio")]
mod tokio;
#[cfg(target_os = "linux")]
mod valgrind;

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::{Arc, Condvar, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use build::Build;

/// Nothing takes so long, on the slowest machine.
const DEADLINE: Duration = Duration::from_secs(120);

/// Waits until a condition is true.
#[track_caller]
fn until(what: &str, mut is_true: impl FnMut() -> bool) {
    let end = Instant::now() + DEADLINE;
    while !is_true() {
        assert!(Instant::now() < end, "waited too long for this: {what}");
        thread::sleep(Duration::from_millis(1));
    }
}

/// A service of the host that counts what plugins do.
#[derive(Default)]
struct Notes {
    lines: Mutex<BTreeMap<String, usize>>,
    order: String,
    is_open: Mutex<bool>,
    opened: Condvar,
}

impl Notes {
    fn ordering(order: &str) -> Arc<Self> {
        Arc::new(Notes { order: order.to_owned(), ..Notes::default() })
    }

    fn count(&self, line: &str) -> usize {
        self.lines.lock().unwrap().get(line).copied().unwrap_or_default()
    }

    fn all(&self) -> BTreeMap<String, usize> {
        self.lines.lock().unwrap().clone()
    }

    #[track_caller]
    fn until(&self, line: &str, count: usize) {
        until(line, || self.count(line) == count);
    }

    /// Lets those go who wait.
    fn open(&self) {
        *self.is_open.lock().unwrap() = true;
        self.opened.notify_all();
    }
}

impl parts::Journal for Notes {
    fn note(&self, line: &str) {
        *self.lines.lock().unwrap().entry(line.to_owned()).or_default() += 1;
    }

    fn wait(&self) {
        let mut is_open = self.is_open.lock().unwrap();
        while !*is_open {
            is_open = self.opened.wait(is_open).unwrap();
        }
    }

    fn order(&self) -> String {
        self.order.clone()
    }
}

/// Polls a future to its end on this thread.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    let end = Instant::now() + DEADLINE;
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return value;
        }
        assert!(Instant::now() < end, "the future never ended");
        thread::park_timeout(DEADLINE);
    }
}
