use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn run(&self, call: Box<dyn FnOnce() -> u32 + Send>);
}

fn main() {}
