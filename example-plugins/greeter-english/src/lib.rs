//! The smallest plugin: one implementation of one interface.
#![forbid(unsafe_code)]

use plugin_interface::{Greeter, plugin_aggregates, plugin_impl};

#[plugin_aggregates(Greeter)]
mod plugin {}

/// Greets in English.
#[derive(Default)]
pub struct English;

#[plugin_impl(Greeter)]
impl Greeter for English {
    fn name(&self) -> &str {
        "english"
    }

    fn greet(&self, target: &str) -> String {
        format!("Hello, {target}!")
    }
}
