use plugin_interface::plugin_interface;

#[plugin_interface(verison = "1.1")]
pub trait Tool {
    fn run(&self);
}

fn main() {}
