use plugin_interface::{FfiSafe, plugin_interface};

#[derive(Clone, FfiSafe)]
pub struct Word(pub String);

#[plugin_interface]
pub trait Tool {
    fn sort(&self, words: &mut [Word], lines: &mut [Vec<f32>]);
}

fn main() {}
