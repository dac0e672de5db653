use plugin_interface::plugin_interface;

#[plugin_interface]
#[cfg_attr(all(), doc = "A tool.", concretize)]
pub trait Tool: Send + Sync {
    fn run(&self);
}

fn main() {}
