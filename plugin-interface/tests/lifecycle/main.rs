//! Plugins that are started, stopped and asked for their health:
//! `cargo build --package plugin-interface --example lifecycle_worker --example
//! lifecycle_source --example lifecycle_user`, then
//! `cargo test --package plugin-interface --features watch --test lifecycle`.

mod files;
mod loading;
#[cfg(feature = "watch")]
mod page;
mod parts;
#[path = "../bodies/waiting.rs"]
mod waiting;
#[cfg(feature = "watch")]
mod watching;

use std::sync::{Arc, Mutex};
use waiting::{DEADLINE, until};

/// A service of the host that plugins tell what is done with them.
#[derive(Default)]
struct Notes(Mutex<Vec<String>>);

impl Notes {
    /// Takes all notes so far.
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }

    /// Counts the notes with that text.
    fn count(&self, line: &str) -> usize {
        self.0.lock().unwrap().iter().filter(|note| *note == line).count()
    }
}

impl parts::Journal for Notes {
    fn note(&self, line: &str) {
        self.0.lock().unwrap().push(line.to_owned());
    }
}

fn notes() -> Arc<Notes> {
    Arc::default()
}
