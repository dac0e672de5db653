use std::sync::Arc;

use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tally: Send + Sync {
    fn add(&self);
}

#[plugin_interface]
pub trait Tool: Send + Sync {
    fn each(&self, call: Box<dyn Fn(Arc<dyn Tally>)>);
}

fn main() {}
