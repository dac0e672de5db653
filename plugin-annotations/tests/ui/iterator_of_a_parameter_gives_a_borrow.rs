use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn total(&self, words: &mut dyn Iterator<Item = &str>) -> usize;
}

fn main() {}
