use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn join(&self, words: &[&str]) -> String;
}

fn main() {}
