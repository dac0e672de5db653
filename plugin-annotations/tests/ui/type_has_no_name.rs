use plugin_interface::{plugin_aggregates, plugin_impl, plugin_interface};

#[plugin_aggregates(Tool)]
mod plugin {}

#[plugin_interface]
pub trait Tool {
    fn run(&self);
}

#[plugin_impl(Tool)]
impl Tool for (u32, u32) {
    fn run(&self) {}
}

fn main() {}
