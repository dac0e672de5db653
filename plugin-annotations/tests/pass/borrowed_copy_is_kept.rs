use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn longest(&self, words: &[String]) -> &str;
    fn tail<'a>(&'a self, bytes: &'a [u8]) -> &'a [u8];
}

fn main() {}
