use plugin_interface::plugin_interface;

#[plugin_interface]
pub unsafe trait Tool {
    fn run(&self);
}

fn main() {}
