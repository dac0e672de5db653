//! A plugin that is started and stopped, and one beside it that is not.
#![forbid(unsafe_code)]

use std::time::Duration;

use plugin_interface::{Greeter, PluginContext, PluginLifecycle, plugin_aggregates, plugin_impl};

mod parts;

#[plugin_aggregates(Greeter)]
mod plugin {}

struct Worker(parts::Part);

impl Worker {
    fn open(context: &PluginContext<'_>) -> Result<Self, String> {
        parts::Part::open(context).map(Worker)
    }
}

impl PluginLifecycle for Worker {
    fn start(&self) -> Result<(), String> {
        self.0.start()
    }

    fn stop(&self, within: Duration) -> Result<(), String> {
        self.0.stop(within)
    }

    fn health(&self) -> Result<(), String> {
        self.0.health()
    }
}

#[plugin_impl(Greeter, new = Worker::open, lifecycle)]
impl Greeter for Worker {
    fn name(&self) -> &str {
        "worker"
    }

    fn greet(&self, _: &str) -> String {
        self.0.answer()
    }
}

#[derive(Default)]
struct Idle;

#[plugin_impl(Greeter)]
impl Greeter for Idle {
    fn name(&self) -> &str {
        "idle"
    }

    fn greet(&self, target: &str) -> String {
        target.to_owned()
    }
}
