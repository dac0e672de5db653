use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn name(&'static self) -> &'static str;
}

fn main() {}
