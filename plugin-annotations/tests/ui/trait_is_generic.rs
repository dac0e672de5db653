use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Parser<T> {
    fn parse(&self, text: &str) -> Option<T>;
}

fn main() {}
