//! What the plugin of these tests and their host know of each other.
#![allow(dead_code, reason = "each crate uses some of it")]

use plugin_interface::{BoxFuture, plugin_interface};

/// A service of the host, which notes what plugins do.
#[plugin_interface(path = "parts::Watcher", version = "1.0")]
pub(crate) trait Watcher: Send + Sync {
    /// Returns the number of a new plugin.
    fn made(&self) -> u64;
    /// The constructor of the plugin of that number is about to return.
    fn created(&self, plugin: u64);
    /// The plugin of that number is destroyed, after this.
    fn destroyed(&self, plugin: u64);
    fn task_begun(&self, plugin: u64);
    /// The future of a task was dropped.
    fn task_ended(&self, plugin: u64, is_done: bool);
    fn ticked(&self, plugin: u64);
}

/// A plugin with logs, tasks and timers.
#[plugin_interface(path = "parts::Busy", version = "1.0")]
pub(crate) trait Busy: Send + Sync {
    /// Logs the request, begins a task for it, and returns the next number.
    fn work(&self, request: u64) -> u64;
    /// Does so in a task, and returns its result; `None` if that was cancelled.
    fn later(&self, request: u64) -> BoxFuture<'static, Option<u64>>;
}
