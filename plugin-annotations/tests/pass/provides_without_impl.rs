use std::sync::Arc;

use plugin_interface::{Greeter, Provide, plugin_aggregates, plugin_impl, plugin_interface};

#[plugin_aggregates(Greeter)]
mod plugin {}

#[plugin_interface]
pub trait Store: Send + Sync {
    fn get(&self, key: &str) -> Option<String>;
}

#[derive(Default)]
pub struct Shelf;

impl Store for Shelf {
    fn get(&self, key: &str) -> Option<String> {
        Some(key.to_owned())
    }
}

#[derive(Default)]
pub struct Cellar(Arc<Shelf>);

impl Provide<dyn Store> for Cellar {
    fn provide(&self) -> Arc<dyn Store> {
        self.0.clone()
    }
}

#[plugin_impl(Greeter, provides(dyn Store))]
impl Greeter for Cellar {
    fn name(&self) -> &str {
        "cellar"
    }

    fn greet(&self, target: &str) -> String {
        target.to_owned()
    }
}

fn main() {}
