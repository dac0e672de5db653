//! Tasks of plugins on executors of hosts:
//! `cargo build --package plugin-interface --features smol,tokio --example tasked`, then
//! `cargo test --package plugin-interface --features smol,tokio --test tasks`.

#[path = "../bodies/build.rs"]
mod build;
mod ending;
mod executors;
mod other_hosts;
mod parts;
#[path = "../bodies/polling.rs"]
mod polling;
mod running;
#[cfg(feature = "smol")]
mod smol;
#[cfg(feature = "smol")]
#[path = "../bodies/smol_threads.rs"]
mod smol_threads;
#[cfg(feature = "tokio")]
mod tokio;
#[cfg(target_os = "linux")]
mod valgrind;
#[path = "../bodies/waiting.rs"]
mod waiting;

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex};

use build::Build;
use polling::block_on;
use waiting::{DEADLINE, until};

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
