//! What the plugin of these tests and their host know of each other.
#![allow(dead_code, reason = "each crate uses some of it")]

use plugin_interface::{BoxFuture, plugin_interface};

/// A service of the host: it counts what happened, and lets plugins wait.
#[plugin_interface(path = "parts::Journal", version = "1.0")]
pub(crate) trait Journal: Send + Sync {
    fn note(&self, line: &str);

    /// Returns when the host lets it.
    fn wait(&self);

    /// Returns what the constructor has to do.
    fn order(&self) -> String;
}

/// A plugin with tasks.
#[plugin_interface(path = "parts::Bench", version = "1.0")]
pub(crate) trait Bench: Send + Sync {
    /// Spawns so many tasks that do what `what` says.
    fn spawn(&self, what: &str, number: u32);

    /// Does what `what` says, and returns what came of it.
    fn run(&self, what: &str) -> BoxFuture<'static, String>;
}
