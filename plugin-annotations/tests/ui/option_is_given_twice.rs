use plugin_interface::plugin_interface;

#[plugin_interface(version = "1.1", version = "1.2")]
pub trait Tool {
    fn run(&self);
}

fn main() {}
