use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn version() -> u32;
}

fn main() {}
