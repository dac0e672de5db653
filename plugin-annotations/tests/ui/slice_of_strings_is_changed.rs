use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn sort(&self, words: &mut [String]);
}

fn main() {}
