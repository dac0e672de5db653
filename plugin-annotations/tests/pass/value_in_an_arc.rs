use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn read(&self, text: Box<String>);
}

fn main() {}
