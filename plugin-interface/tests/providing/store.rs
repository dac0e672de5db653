//! A plugin that provides a service to other plugins. The file `stock` beside its
//! library says what it has.
#![forbid(unsafe_code)]

use std::sync::Arc;

use plugin_interface::{Greeter, PluginContext, Provide, plugin_aggregates, plugin_impl};

mod shop;

#[plugin_aggregates(Greeter)]
mod plugin {}

struct Shelf(String);

impl shop::Store for Shelf {
    fn get(&self, key: &str) -> Option<String> {
        Some(format!("{key} of {}", self.0))
    }
}

struct Store {
    shelf: Arc<Shelf>,
    journal: Option<Arc<dyn shop::Journal>>,
}

impl Store {
    fn open(context: &PluginContext<'_>) -> Result<Self, String> {
        let library = context.library_path().ok_or("no path")?;
        let stock = std::fs::read_to_string(library.with_file_name("stock"));
        let stock = stock.unwrap_or_else(|_| "the stock".to_owned());
        if stock == "nothing" {
            return Err("out of stock".to_owned());
        }
        let store = Store { shelf: Arc::new(Shelf(stock)), journal: context.service() };
        store.note("Store made");
        Ok(store)
    }

    fn stop(&mut self) {
        self.note("Store stopped");
    }

    fn note(&self, line: &str) {
        if let Some(journal) = &self.journal {
            journal.note(line);
        }
    }
}

impl Provide<dyn shop::Store> for Store {
    fn provide(&self) -> Arc<dyn shop::Store> {
        assert_ne!(self.shelf.0, "panic", "the shelf broke");
        self.shelf.clone()
    }
}

#[plugin_impl(Greeter, new = Store::open, stop = Store::stop, provides(dyn shop::Store))]
impl Greeter for Store {
    fn name(&self) -> &str {
        "store"
    }

    fn greet(&self, target: &str) -> String {
        shop::Store::get(&*self.shelf, target).unwrap_or_default()
    }
}
