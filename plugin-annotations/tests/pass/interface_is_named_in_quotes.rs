use plugin_interface::{plugin_aggregates, plugin_impl, plugin_interface};

#[plugin_interface]
pub trait Tool: Send + Sync {
    fn name(&self) -> String;
}

#[plugin_aggregates(Tool)]
mod plugin {}

#[derive(Default)]
pub struct Hammer;

#[plugin_impl(Tool)]
impl Tool for Hammer {
    fn name(&self) -> String {
        "hammer".to_owned()
    }
}

fn main() {}
