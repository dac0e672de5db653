//! A plugin that needs a service of another plugin, and provides one.
#![forbid(unsafe_code)]

use std::sync::Arc;

use plugin_interface::{
    Greeter, PluginContext, Provide, ServiceError, plugin_aggregates, plugin_impl,
};

mod shop;

#[plugin_aggregates(Greeter)]
mod plugin {}

struct Words(Arc<dyn shop::Store>);

impl shop::Index for Words {
    fn find(&self, word: &str) -> String {
        self.0.get(word).unwrap_or_default()
    }
}

struct Index {
    words: Arc<Words>,
    journal: Option<Arc<dyn shop::Journal>>,
}

impl Index {
    fn open(context: &PluginContext<'_>) -> Result<Self, ServiceError> {
        let words = Arc::new(Words(context.services().get()?));
        let index = Index { words, journal: context.service() };
        index.note("Index made");
        Ok(index)
    }

    fn stop(&mut self) {
        self.note("Index stopped");
    }

    fn note(&self, line: &str) {
        if let Some(journal) = &self.journal {
            journal.note(line);
        }
    }
}

impl Provide<dyn shop::Index> for Index {
    fn provide(&self) -> Arc<dyn shop::Index> {
        self.words.clone()
    }
}

#[plugin_impl(
    Greeter,
    new = Index::open,
    stop = Index::stop,
    needs(dyn shop::Store),
    provides(dyn shop::Index)
)]
impl Greeter for Index {
    fn name(&self) -> &str {
        "index"
    }

    fn greet(&self, target: &str) -> String {
        shop::Index::find(&*self.words, target)
    }
}
