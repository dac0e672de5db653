use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn total(&self, values: &mut dyn Iterator<Item = u32>) -> u32;
}

fn main() {}
