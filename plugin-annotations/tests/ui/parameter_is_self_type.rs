use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn merge(&mut self, other: &Self);
}

fn main() {}
