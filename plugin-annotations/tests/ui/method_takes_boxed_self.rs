use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn finish(self: Box<Self>) -> String;
}

fn main() {}
