use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    const LIMIT: u32;

    fn run(&self);
}

fn main() {}
