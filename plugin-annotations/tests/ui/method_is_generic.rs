use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn show<T: ToString>(&self, value: T) -> String;
}

fn main() {}
