use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn words(&self) -> Box<dyn Iterator<Item = (usize, &str)> + '_>;
}

fn main() {}
