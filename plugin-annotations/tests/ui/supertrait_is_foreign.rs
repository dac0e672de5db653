use std::fmt::Debug;

use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool: Send + Debug {
    fn run(&self);
}

fn main() {}
