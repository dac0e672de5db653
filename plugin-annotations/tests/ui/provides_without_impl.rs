use plugin_interface::{Greeter, plugin_aggregates, plugin_impl, plugin_interface};

#[plugin_aggregates(Greeter)]
mod plugin {}

#[plugin_interface]
pub trait Store: Send + Sync {
    fn get(&self, key: &str) -> Option<String>;
}

#[derive(Default)]
pub struct Cellar;

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
