//! A runtime of tokio as the executor for plugins.

use std::time::Duration;

use tokio::runtime::Handle;

use super::executor::Executor;
use crate::BoxFuture;

/// Runs the tasks of plugins on a runtime of tokio, whose time must be enabled.
///
/// Feature `tokio`.
impl Executor for Handle {
    fn spawn(&self, task: BoxFuture<'static, ()>) {
        // Dropping its handle detaches it.
        drop(Handle::spawn(self, task));
    }

    fn spawn_blocking(&self, call: Box<dyn FnOnce() + Send>) {
        drop(Handle::spawn_blocking(self, call));
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        let _entered = self.enter();
        Box::pin(tokio::time::sleep(duration))
    }
}
