use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool: Send + Sync {
    fn run(&self) -> String;
}

fn main() {}
