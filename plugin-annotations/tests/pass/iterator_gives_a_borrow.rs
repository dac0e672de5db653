use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn words(&self) -> Box<dyn Iterator<Item = &str> + '_>;
    fn numbered(&self) -> Box<dyn Iterator<Item = (usize, String)> + '_>;
}

fn main() {}
