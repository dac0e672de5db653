use plugin_interface::{plugin_aggregates, plugin_impl};

#[plugin_aggregates(Tool)]
mod plugin {}

pub trait Tool {
    fn run(&self);
}

#[derive(Default)]
pub struct Hammer;

#[plugin_impl(Tool)]
impl Tool for Hammer {
    fn run(&self) {}
}

fn main() {}
