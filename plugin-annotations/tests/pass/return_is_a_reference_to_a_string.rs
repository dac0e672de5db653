use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn name(&self) -> &str;
}

fn main() {}
