use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn last(&self, words: &mut Vec<String>) -> &str;
}

fn main() {}
