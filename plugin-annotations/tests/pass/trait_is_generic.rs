use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait NumberParser {
    fn parse(&self, text: &str) -> Option<i64>;
}

fn main() {}
