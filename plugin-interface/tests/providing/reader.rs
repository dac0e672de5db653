//! A plugin that needs a service of another plugin, and one beside it that does not.
#![forbid(unsafe_code)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use plugin_interface::{
    Greeter, PluginContext, PluginState, ServiceError, plugin_aggregates, plugin_impl,
};

mod shop;

#[plugin_aggregates(Greeter)]
mod plugin {}

struct Reader {
    store: Arc<dyn shop::Store>,
    journal: Option<Arc<dyn shop::Journal>>,
    /// The number of answers, which the next version takes over.
    answers: AtomicU32,
}

impl Reader {
    fn open(context: &PluginContext<'_>) -> Result<Self, ServiceError> {
        let (store, journal) = (context.services().get()?, context.service());
        let reader = Reader { store, journal, answers: AtomicU32::new(0) };
        reader.note("Reader made");
        Ok(reader)
    }

    fn stop(&mut self) {
        self.note("Reader stopped");
    }

    fn note(&self, line: &str) {
        if let Some(journal) = &self.journal {
            journal.note(line);
        }
    }
}

impl PluginState for Reader {
    const VERSION: u32 = 1;

    fn save(&self) -> Vec<u8> {
        self.answers.load(Ordering::SeqCst).to_le_bytes().to_vec()
    }

    fn restore(&mut self, _version: u32, state: &[u8]) -> Result<(), String> {
        let bytes = state.try_into().map_err(|_| "four bytes".to_owned())?;
        *self.answers.get_mut() = u32::from_le_bytes(bytes);
        Ok(())
    }
}

#[plugin_impl(Greeter, new = Reader::open, stop = Reader::stop, state, needs(dyn shop::Store))]
impl Greeter for Reader {
    fn name(&self) -> &str {
        "reader"
    }

    fn greet(&self, target: &str) -> String {
        let number = self.answers.fetch_add(1, Ordering::SeqCst) + 1;
        format!("{number}: {}", self.store.get(target).unwrap_or_default())
    }
}

/// A plugin without needs.
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
