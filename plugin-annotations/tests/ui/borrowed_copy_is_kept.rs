use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn longest<'a>(&'a self, words: &'a [String]) -> &'a str;
}

fn main() {}
