use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn show(&self, value: &str) -> String;
}

fn main() {}
