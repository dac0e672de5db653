use plugin_interface::{FfiSafe, plugin_interface};

#[plugin_interface]
pub trait Part {
    fn name(&self) -> String;
}

#[derive(FfiSafe)]
pub struct Pair<'a> {
    pub inner: Inner<'a>,
}

#[derive(FfiSafe)]
pub enum Inner<'a> {
    Nothing,
    Part(&'a dyn Part, Option<Box<Pair<'a>>>),
}

#[plugin_interface]
pub trait Tool {
    fn around<'a>(&'a self, pair: Pair<'a>) -> Box<dyn Part + 'a>;
}

fn main() {}
