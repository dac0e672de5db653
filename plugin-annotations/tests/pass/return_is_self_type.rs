use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn copy(&self) -> String;
}

fn main() {}
