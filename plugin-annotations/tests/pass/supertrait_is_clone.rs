use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn run(&self);

    fn clone_box(&self) -> Box<dyn Tool>;
}

fn main() {}
