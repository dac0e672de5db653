use plugin_interface::{FfiSafe, plugin_interface};

#[derive(FfiSafe)]
pub struct Word(pub String);

#[plugin_interface]
pub trait Tool {
    fn sort(&self, words: &mut [Word]);
}

fn main() {}
