use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn split(&self, text: &str) -> Option<(String, String)>;
}

fn main() {}
