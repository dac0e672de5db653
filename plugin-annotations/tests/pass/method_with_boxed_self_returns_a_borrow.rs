use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Work {
    fn finish(self: Box<Self>, text: &str) -> String;
}

fn main() {}
