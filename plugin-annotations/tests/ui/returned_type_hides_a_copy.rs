use plugin_interface::{FfiSafe, plugin_interface};

#[derive(FfiSafe)]
pub struct View<'a> {
    pub names: &'a [String],
}

#[plugin_interface]
pub trait Tool {
    fn view(&self) -> View<'_>;
}

fn main() {}
