use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn run(&self)
    where
        Self: Send;
}

fn main() {}
