use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn share(&self, text: &str);
}

fn main() {}
