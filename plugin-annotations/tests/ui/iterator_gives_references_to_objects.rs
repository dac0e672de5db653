use std::sync::Arc;

use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Part: Send + Sync {
    fn name(&self) -> String;
}

#[plugin_interface]
pub trait Tool {
    fn parts(&self) -> Box<dyn Iterator<Item = &Arc<dyn Part>> + '_>;
}

fn main() {}
