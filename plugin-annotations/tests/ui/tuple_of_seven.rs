use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn split(&self, text: &str) -> (u8, u8, u8, u8, u8, u8, u8);
}

fn main() {}
