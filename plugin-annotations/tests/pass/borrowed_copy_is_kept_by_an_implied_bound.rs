use plugin_interface::{FfiSafe, plugin_interface};

#[derive(FfiSafe)]
pub struct Nested<'a, 'b: 'a> {
    outer: &'a str,
    inner: &'b str,
}

#[plugin_interface]
pub trait Tool {
    fn longest<'a, 'b>(&'a self, texts: Nested<'a, 'b>, words: &[String]) -> &'a str;
    fn part<'a, 'b>(&self, texts: Nested<'a, 'b>, words: &[String]) -> &'a str;
}

fn main() {}
