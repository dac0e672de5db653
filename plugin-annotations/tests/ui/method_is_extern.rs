use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    extern "C" fn run(&self);
}

fn main() {}
