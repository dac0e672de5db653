use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn words(&self) -> Box<dyn Iterator<Item = &str> + '_>;
}

fn main() {}
