use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn run(&self, future: &mut dyn Future<Output = u32>);
}

fn main() {}
