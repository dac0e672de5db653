use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn split(&self, text: &str) -> [u8; 7];
}

fn main() {}
