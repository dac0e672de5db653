use plugin_interface::{Greeter, PluginLifecycle, plugin_aggregates, plugin_impl};

#[plugin_aggregates(Greeter)]
mod plugin {}

#[derive(Default)]
pub struct Worker;

impl PluginLifecycle for Worker {}

#[plugin_impl(Greeter, lifecycle)]
impl Greeter for Worker {
    fn name(&self) -> &str {
        "worker"
    }

    fn greet(&self, target: &str) -> String {
        target.to_owned()
    }
}

fn main() {}
