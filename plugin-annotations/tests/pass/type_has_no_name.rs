use plugin_interface::{plugin_aggregates, plugin_impl, plugin_interface};

#[plugin_aggregates(Tool)]
mod plugin {}

#[plugin_interface]
pub trait Tool {
    fn run(&self);
}

#[derive(Default)]
pub struct Pair(pub u32, pub u32);

#[plugin_impl(Tool)]
impl Tool for Pair {
    fn run(&self) {}
}

fn main() {}
