use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    unsafe fn run(&self);
}

fn main() {}
