use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn version(&self) -> u32;
}

fn main() {}
