use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool: Send + std::cmp::PartialEq {
    fn run(&self);
}

fn main() {}
