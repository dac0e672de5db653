use std::sync::Arc;

use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn read(&self, text: Arc<String>);
}

fn main() {}
