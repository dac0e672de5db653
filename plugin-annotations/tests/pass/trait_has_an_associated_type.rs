use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn next(&mut self) -> Option<String>;
}

fn main() {}
