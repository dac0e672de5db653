use std::sync::Arc;

use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool: Send + Sync {
    fn run(self: &Arc<Self>) -> String;
}

fn main() {}
