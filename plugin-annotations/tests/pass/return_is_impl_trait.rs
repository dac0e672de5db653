use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn words(&self, text: &str) -> Vec<String>;
}

fn main() {}
