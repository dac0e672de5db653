use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool
where
    Self: Send,
{
    fn run(&self);
}

fn main() {}
