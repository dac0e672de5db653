use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn greet(&self, target: &String) -> String;
}

fn main() {}
