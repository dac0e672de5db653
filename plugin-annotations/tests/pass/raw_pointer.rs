use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn read(&self, bytes: &[u8]) -> u64;
}

fn main() {}
