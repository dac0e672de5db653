use std::sync::Arc;

use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Service: Send + Sync {
    fn name(&self) -> String;
}

#[plugin_interface]
pub trait Tool {
    fn connect(&self, service: Arc<dyn Service>);
}

fn main() {}
