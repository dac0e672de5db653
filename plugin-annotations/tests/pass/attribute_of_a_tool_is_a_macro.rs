use plugin_interface::plugin_interface;

#[plugin_interface]
#[must_use]
pub trait Tool: Send + Sync {
    fn run(&mut self);
}

fn main() {}
