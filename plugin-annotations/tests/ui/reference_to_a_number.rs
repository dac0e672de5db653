use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn double(&self, value: &u32) -> u32;
}

fn main() {}
