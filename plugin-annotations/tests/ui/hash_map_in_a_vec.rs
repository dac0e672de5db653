use std::collections::HashMap;

use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn count(&self, tables: Vec<HashMap<String, u64>>) -> u64;
}

fn main() {}
