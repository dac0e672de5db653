use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn words(&self) -> Box<dyn Iterator<Item = String> + '_>;
}

fn main() {}
