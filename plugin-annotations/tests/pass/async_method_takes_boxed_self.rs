use plugin_interface::{BoxFuture, plugin_interface};

#[plugin_interface]
pub trait Work {
    async fn run(&mut self) -> String;
    fn finish(self: Box<Self>) -> BoxFuture<'static, String>;
}

fn main() {}
