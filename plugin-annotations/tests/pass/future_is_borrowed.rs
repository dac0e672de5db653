use plugin_interface::{BoxFuture, plugin_interface};

#[plugin_interface]
pub trait Tool {
    fn run(&self, future: BoxFuture<'_, u32>);
}

fn main() {}
