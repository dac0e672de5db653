//! A plugin that logs, and has tasks and timers.
#![forbid(unsafe_code)]

use std::sync::Arc;
use std::time::Duration;

use plugin_interface::{BoxFuture, PluginContext, Tasks, plugin_aggregates, plugin_impl};

mod parts;

use parts::{Busy, Watcher};

#[plugin_aggregates(Busy)]
mod plugin {}

struct Worker {
    number: u64,
    tasks: Tasks,
    watcher: Arc<dyn Watcher>,
}

/// Notes when a task begins, and when its future is dropped.
struct Noted {
    plugin: u64,
    is_done: bool,
    watcher: Arc<dyn Watcher>,
}

impl Noted {
    fn begin(plugin: u64, watcher: &Arc<dyn Watcher>) -> Self {
        watcher.task_begun(plugin);
        Noted { plugin, is_done: false, watcher: Arc::clone(watcher) }
    }

    fn end(mut self) {
        self.is_done = true;
    }
}

impl Drop for Noted {
    fn drop(&mut self) {
        self.watcher.task_ended(self.plugin, self.is_done);
    }
}

impl Worker {
    fn open(context: &PluginContext<'_>) -> Result<Self, String> {
        let tasks = context.tasks().map_err(|error| error.to_string())?;
        let watcher = context.service::<dyn Watcher>().ok_or("no watcher")?;
        let number = watcher.made();
        let (clock, ticking) = (tasks.clone(), Arc::clone(&watcher));
        tasks.spawn_named("clock", async move {
            let mut period = clock.interval(Duration::from_millis(1));
            loop {
                period.tick().await;
                log::debug!("tick of {number}");
                ticking.ticked(number);
            }
        });
        watcher.created(number);
        Ok(Worker { number, tasks, watcher })
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.watcher.destroyed(self.number);
    }
}

#[plugin_impl(Busy, new = Worker::open)]
impl Busy for Worker {
    fn work(&self, request: u64) -> u64 {
        log::info!(target: "request", "{request}");
        let noted = Noted::begin(self.number, &self.watcher);
        let tasks = self.tasks.clone();
        self.tasks.spawn(async move {
            tasks.sleep(Duration::from_millis(1)).await;
            log::info!(target: "task", "{request}");
            noted.end();
        });
        request + 1
    }

    fn later(&self, request: u64) -> BoxFuture<'static, Option<u64>> {
        log::info!(target: "request", "{request}");
        let noted = Noted::begin(self.number, &self.watcher);
        let task = self.tasks.spawn(async move {
            log::info!(target: "task", "{request}");
            noted.end();
            request + 1
        });
        Box::pin(async move { task.await.ok() })
    }
}
