use std::error::Error;

use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn read(&self, path: &str) -> Result<String, Box<dyn Error + Send + Sync>>;
}

fn main() {}
