use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn name(&self) -> &String;
}

fn main() {}
