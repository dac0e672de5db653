use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn rename(&mut self, name: String);
}

fn main() {}
