use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn each(&self, values: &[u32]) -> Vec<u32>;
}

fn main() {}
