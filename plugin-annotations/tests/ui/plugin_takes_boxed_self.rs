use plugin_interface::{plugin_aggregates, plugin_impl, plugin_interface};

#[plugin_interface]
pub trait Tool {
    fn finish(self: Box<Self>) -> String;
}

#[derive(Default)]
struct Saw;

#[plugin_impl(Tool)]
impl Tool for Saw {
    fn finish(self: Box<Self>) -> String {
        String::new()
    }
}

#[plugin_aggregates(Tool)]
mod plugin {}

fn main() {}
