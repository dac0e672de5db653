use plugin_interface::plugin_interface;

#[plugin_interface]
/// A tool.
#[must_use]
pub trait Tool: Send + Sync {
    fn run(&self);
}

fn main() {}
