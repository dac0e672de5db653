use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn each(&self, call: fn(u32) -> u32) -> Vec<u32>;
}

fn main() {}
