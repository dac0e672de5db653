use plugin_interface::{BoxFuture, plugin_interface};

#[plugin_interface]
pub trait Tool {
    fn fetch(&self) -> BoxFuture<'_, &str>;
}

fn main() {}
