use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Service {
    fn name(&self) -> String;
}

#[plugin_interface]
pub trait Tool {
    fn connect(&self, service: Box<dyn Service>);
}

fn main() {}
