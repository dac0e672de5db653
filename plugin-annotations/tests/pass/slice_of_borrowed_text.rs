use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn join(&self, words: Vec<&str>) -> String;
}

fn main() {}
