use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn count(&self, keys: Vec<String>, values: Vec<u64>) -> u64;
}

fn main() {}
