use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn names(&self) -> &[String];
}

fn main() {}
