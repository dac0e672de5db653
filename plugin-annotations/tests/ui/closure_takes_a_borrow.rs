use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn each(&self, call: Box<dyn Fn(&str) -> u32 + Send>);
}

fn main() {}
