use plugin_interface::plugin_interface;

#[plugin_interface]
#[automock]
pub trait Tool: Send + Sync {
    fn run(&self);
}

fn main() {}
