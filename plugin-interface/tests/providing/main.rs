//! Plugins that provide services to one another:
//! `cargo build --package plugin-interface --example providing_store --example
//! providing_index --example providing_finder --example providing_reader`, then
//! `cargo test --package plugin-interface --features watch --test providing`.

mod files;
mod loading;
mod shop;
#[cfg(feature = "watch")]
#[path = "../bodies/waiting.rs"]
mod waiting;
#[cfg(feature = "watch")]
mod watching;

use std::sync::{Arc, Mutex};

/// A service of the host that plugins tell what they do.
#[derive(Default)]
struct Notes(Mutex<Vec<String>>);

impl Notes {
    fn new() -> Arc<Self> {
        Arc::default()
    }

    /// Takes all notes so far.
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl shop::Journal for Notes {
    fn note(&self, line: &str) {
        self.0.lock().unwrap().push(line.to_owned());
    }
}

/// Returns the place of a note.
#[track_caller]
fn place(notes: &[String], line: &str) -> usize {
    match notes.iter().position(|note| note == line) {
        Some(place) => place,
        None => panic!("no note `{line}` in {notes:?}"),
    }
}
