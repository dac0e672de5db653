//! A plugin that uses a service of another one, from its start to its stop.
#![forbid(unsafe_code)]

use std::sync::Arc;
use std::time::Duration;

use plugin_interface::{Greeter, PluginContext, PluginLifecycle, plugin_aggregates, plugin_impl};

mod parts;

#[plugin_aggregates(Greeter)]
mod plugin {}

struct Mill {
    part: parts::Part,
    source: Arc<dyn parts::Source>,
}

impl Mill {
    fn open(context: &PluginContext<'_>) -> Result<Self, String> {
        let source = context.service().ok_or("no source")?;
        Ok(Mill { part: parts::Part::open(context)?, source })
    }
}

impl PluginLifecycle for Mill {
    fn start(&self) -> Result<(), String> {
        assert!(self.source.is_started(), "the source comes first");
        self.part.start()
    }

    fn stop(&self, within: Duration) -> Result<(), String> {
        assert!(self.source.is_started(), "the source goes last");
        self.part.stop(within)
    }
}

#[plugin_impl(Greeter, new = Mill::open, needs(dyn parts::Source), lifecycle)]
impl Greeter for Mill {
    fn name(&self) -> &str {
        "mill"
    }

    fn greet(&self, _: &str) -> String {
        assert!(self.source.is_started(), "the source serves");
        self.part.answer()
    }
}
