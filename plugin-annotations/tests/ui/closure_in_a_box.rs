use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn each(&self, call: Box<dyn Fn(u32) -> u32>);
}

fn main() {}
