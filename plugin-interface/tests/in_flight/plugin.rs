//! A plugin whose calls last as long as their caller wants.
#![forbid(unsafe_code)]

use std::path::Path;
use std::thread;
use std::time::Duration;

use plugin_interface::{Greeter, plugin_aggregates, plugin_impl};

#[plugin_aggregates(Greeter)]
mod plugin {}

#[derive(Default)]
struct Patient;

#[plugin_impl(Greeter)]
impl Greeter for Patient {
    fn name(&self) -> &str {
        "patient"
    }

    /// Returns when there is such a file, or panics.
    fn greet(&self, file: &str) -> String {
        assert!(!file.is_empty(), "nothing to wait for");
        while !Path::new(file).exists() {
            thread::sleep(Duration::from_millis(1));
        }
        format!("{file} is there")
    }
}
