use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Work {
    async fn finish(self: Box<Self>) -> String;
}

fn main() {}
