use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool: Clone {
    fn run(&self);
}

fn main() {}
