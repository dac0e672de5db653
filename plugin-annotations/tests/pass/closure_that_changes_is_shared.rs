use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn each(&self, call: &mut dyn FnMut(u32));
}

fn main() {}
