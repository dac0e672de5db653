use plugin_interface::{FfiSafe, plugin_interface};

#[derive(FfiSafe)]
pub struct Line<'a> {
    pub text: &'a str,
}

#[plugin_interface]
pub trait Tool {
    fn maybe(&self, call: Box<dyn Fn(Option<&str>) -> u32 + Send>);
    fn line(&self, call: &dyn Fn(Line<'_>) -> u32);
}

fn main() {}
