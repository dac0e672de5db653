use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn pick(&self, text: &str) -> String;
}

fn main() {}
