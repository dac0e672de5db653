pub use plugin_interface;
use plugin_interface::{plugin_aggregates, plugin_impl, plugin_interface};

#[plugin_interface]
pub trait Tool: Send + Sync {
    fn run(&self);
}

#[plugin_aggregates(dyn Tool)]
mod plugin {}

#[derive(Default)]
struct Hammer;

#[plugin_impl(dyn Tool)]
impl Tool for Hammer {
    fn run(&self) {}
}

fn main() {}
