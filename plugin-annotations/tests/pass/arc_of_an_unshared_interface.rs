use std::sync::Arc;

use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tally: Send + Sync {
    fn add(&self);
}

#[plugin_interface]
pub trait Tool: Send + Sync {
    fn run(&self, tally: Arc<dyn Tally>);
}

fn main() {}
