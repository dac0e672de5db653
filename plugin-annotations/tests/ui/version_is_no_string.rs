use plugin_interface::plugin_interface;

#[plugin_interface(version = 1.0)]
pub trait Tool {
    fn run(&self);
}

fn main() {}
