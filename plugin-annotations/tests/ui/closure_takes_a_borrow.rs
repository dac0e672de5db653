use plugin_interface::{FfiSafe, plugin_interface};

#[derive(FfiSafe)]
pub struct Line<'a> {
    pub text: &'a str,
}

pub type Call = Box<dyn Fn(Option<&str>) -> u32 + Send>;

#[plugin_interface]
pub trait Tool {
    fn maybe(&self, call: Call);
    fn line(&self, call: &dyn Fn(Line) -> u32);
}

fn main() {}
