use std::sync::Arc;

use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool: Send + Sync {
    fn calls(&self) -> Vec<Option<Arc<dyn Fn() + Send>>>;
}

fn main() {}
