use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn greet(&self, target: &str) -> String;
}

fn main() {}
