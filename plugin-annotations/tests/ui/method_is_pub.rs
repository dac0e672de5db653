use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    pub fn run(&self, text: &str) -> String;
    fn stop(&self);
}

fn main() {}
