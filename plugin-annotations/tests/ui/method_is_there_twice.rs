use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn run(&self, text: &str) -> String;
    fn stop(&self);
    fn run(&self, text: &str) -> String;
}

fn main() {}
