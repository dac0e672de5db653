use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn limit(&self) -> u32;

    fn run(&self);
}

fn main() {}
