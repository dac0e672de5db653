use plugin_interface::{FfiSafe, plugin_interface};

#[derive(FfiSafe)]
pub struct Line<'a> {
    pub text: &'a str,
}

#[derive(Clone, FfiSafe)]
pub struct Row {
    pub text: String,
}

pub type Call = Box<dyn Fn(Option<String>) -> u32 + Send>;

#[plugin_interface]
pub trait Tool {
    fn each(&self, call: Box<dyn Fn(&str) -> u32 + Send>);
    fn maybe(&self, call: Call, also: Box<dyn Fn(Option<&str>) -> u32 + Send>);
    fn line(&self, call: &dyn Fn(Line<'_>) -> u32, change: &mut dyn FnMut(&mut Row, &mut u32));
}

fn main() {}
