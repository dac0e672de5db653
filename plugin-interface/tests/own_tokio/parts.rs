//! What the plugin of these tests and their host know of each other.
#![allow(dead_code, reason = "each crate uses some of it")]

use plugin_interface::{BoxFuture, plugin_interface};

/// A service of the host that counts.
#[plugin_interface(path = "parts::Journal", version = "1.0")]
pub(crate) trait Journal: Send + Sync {
    fn note(&self, line: &str);
}

/// A plugin that needs a runtime of tokio.
#[plugin_interface(path = "parts::Later", version = "1.0")]
pub(crate) trait Later: Send + Sync {
    /// Sleeps, spawns and joins by tokio.
    async fn shout(&self, text: &str) -> String;

    /// Spawns tasks that never end by themselves.
    async fn begin(&self, number: u32);

    /// Waits without end.
    async fn wait(&self);

    async fn fail(&self) -> u32;

    /// As `shout`, written out.
    fn whisper<'a>(&'a self, text: &'a str) -> BoxFuture<'a, String>;

    /// Sleeps without `in_tokio`, which is a mistake.
    fn oversee(&self) -> BoxFuture<'_, ()>;

    /// Spawns without being `async`.
    fn begin_now(&self, number: u32);
}
