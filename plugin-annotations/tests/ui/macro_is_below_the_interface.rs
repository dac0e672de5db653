use plugin_interface::plugin_interface;

#[plugin_interface]
#[concretize]
pub trait Tool: Send + Sync {
    fn run(&self);
}

fn main() {}
