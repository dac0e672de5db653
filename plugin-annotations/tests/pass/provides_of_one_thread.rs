use std::cell::Cell;
use std::sync::Arc;

use plugin_interface::{Provide, plugin_aggregates, plugin_impl, plugin_interface};

#[plugin_aggregates(Desk)]
mod plugin {}

/// Stays on its thread.
#[plugin_interface]
pub trait Desk {
    fn open(&self);
}

#[plugin_interface]
pub trait Store: Send + Sync {
    fn get(&self, key: &str) -> Option<String>;
}

pub struct Shelf;

impl Store for Shelf {
    fn get(&self, key: &str) -> Option<String> {
        Some(key.to_owned())
    }
}

#[derive(Default)]
pub struct Cellar(Cell<u32>);

impl Provide<dyn Store> for Cellar {
    fn provide(&self) -> Arc<dyn Store> {
        Arc::new(Shelf)
    }
}

#[plugin_impl(Desk, provides(dyn Store))]
impl Desk for Cellar {
    fn open(&self) {
        self.0.set(1);
    }
}

fn main() {}
