use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn last<'a>(&'a self, words: &'a mut Vec<String>) -> &'a str;
}

fn main() {}
