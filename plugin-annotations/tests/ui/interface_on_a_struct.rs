use plugin_interface::plugin_interface;

#[plugin_interface]
pub struct Tool {
    name: String,
}

fn main() {}
