use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn finish(&mut self) -> String;
}

fn main() {}
