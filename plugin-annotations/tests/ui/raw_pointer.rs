use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn read(&self, bytes: *const u8, len: usize) -> u64;
}

fn main() {}
