//! A plugin that provides a service, and is started and stopped.
#![forbid(unsafe_code)]

use std::sync::Arc;
use std::time::Duration;

use plugin_interface::{
    Greeter, PluginContext, PluginLifecycle, Provide, plugin_aggregates, plugin_impl,
};

mod parts;

#[plugin_aggregates(Greeter)]
mod plugin {}

struct Spring(parts::Part);

impl Spring {
    fn open(context: &PluginContext<'_>) -> Result<Self, String> {
        parts::Part::open(context).map(Spring)
    }
}

impl Provide<dyn parts::Source> for Spring {
    fn provide(&self) -> Arc<dyn parts::Source> {
        self.0.source()
    }
}

impl PluginLifecycle for Spring {
    fn start(&self) -> Result<(), String> {
        self.0.start()
    }

    fn stop(&self, within: Duration) -> Result<(), String> {
        self.0.stop(within)
    }
}

#[plugin_impl(Greeter, new = Spring::open, provides(dyn parts::Source), lifecycle)]
impl Greeter for Spring {
    fn name(&self) -> &str {
        "spring"
    }

    fn greet(&self, _: &str) -> String {
        self.0.answer()
    }
}
