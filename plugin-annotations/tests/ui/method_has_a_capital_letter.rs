#![deny(non_snake_case)]

use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn runAll(&self, text: &str) -> String;
    fn stop(&self);
}

fn main() {}
