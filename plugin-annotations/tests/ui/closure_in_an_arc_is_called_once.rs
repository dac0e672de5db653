use std::sync::Arc;

use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn run(&self, call: Arc<dyn FnOnce() -> u32 + Send + Sync>);
}

fn main() {}
