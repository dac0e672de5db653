//! A plugin at the end of a chain: it needs a service of a plugin that needs another.
#![forbid(unsafe_code)]

use std::sync::Arc;

use plugin_interface::{
    Greeter, PluginContext, Provide, ServiceError, plugin_aggregates, plugin_impl,
};

mod shop;

#[plugin_aggregates(Greeter)]
mod plugin {}

struct Found(Arc<dyn shop::Index>);

impl shop::Hints for Found {
    fn get(&self, key: &str) -> Option<String> {
        Some(self.0.find(key))
    }
}

struct Finder {
    found: Arc<Found>,
    journal: Option<Arc<dyn shop::Journal>>,
}

impl Finder {
    fn open(context: &PluginContext<'_>) -> Result<Self, ServiceError> {
        let found = Arc::new(Found(context.services().get()?));
        let finder = Finder { found, journal: context.service() };
        finder.note("Finder made");
        Ok(finder)
    }

    fn stop(&mut self) {
        self.note("Finder stopped");
    }

    fn note(&self, line: &str) {
        if let Some(journal) = &self.journal {
            journal.note(line);
        }
    }
}

impl Provide<dyn shop::Hints> for Finder {
    fn provide(&self) -> Arc<dyn shop::Hints> {
        self.found.clone()
    }
}

#[plugin_impl(
    Greeter,
    new = Finder::open,
    stop = Finder::stop,
    needs(dyn shop::Index),
    provides(dyn shop::Hints)
)]
impl Greeter for Finder {
    fn name(&self) -> &str {
        "finder"
    }

    fn greet(&self, target: &str) -> String {
        format!("found {}", self.found.0.find(target))
    }
}
