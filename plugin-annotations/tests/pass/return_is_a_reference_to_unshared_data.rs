use std::sync::Arc;

use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn title(&self) -> &Arc<str>;
}

fn main() {}
