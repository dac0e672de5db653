use plugin_interface::{FfiSafe, plugin_interface};

#[derive(Clone, FfiSafe)]
pub struct Line {
    pub text: String,
}

#[plugin_interface]
pub trait Tool {
    fn each(&self, call: Box<dyn Fn(&str) -> u32 + Send>);
    fn maybe(&self, call: Box<dyn Fn(Option<String>) -> u32 + Send>);
    fn line(&self, call: &dyn Fn(&Line, &[u8]) -> u32, change: &mut dyn FnMut(&mut Line));
}

fn main() {}
