use plugin_interface::{FfiSafe, plugin_interface};

#[derive(Clone, FfiSafe)]
pub struct Line<'a> {
    pub text: &'a str,
}

#[plugin_interface]
pub trait Tool {
    fn longest<'a>(&'a self, words: &'a [String]) -> Line;
}

fn main() {}
