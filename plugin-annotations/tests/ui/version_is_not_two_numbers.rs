use plugin_interface::plugin_interface;

#[plugin_interface(version = "1.0.3")]
pub trait Tool {
    fn run(&self);
}

fn main() {}
