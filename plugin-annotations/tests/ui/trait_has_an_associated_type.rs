use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    type Item;

    fn next(&mut self) -> Option<Self::Item>;
}

fn main() {}
