use plugin_interface::{FfiSafe, plugin_interface};

#[derive(FfiSafe)]
pub struct View<'a> {
    pub names: Vec<&'a str>,
}

#[plugin_interface]
pub trait Tool {
    fn view(&self) -> View<'_>;
    fn names(&self) -> &[String];
}

fn main() {}
