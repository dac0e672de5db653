use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool: Send + Default {
    fn run(&self);
}

fn main() {}
