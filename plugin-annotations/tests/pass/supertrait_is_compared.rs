use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool: Send {
    fn run(&self);

    fn key(&self) -> String;
}

fn main() {}
