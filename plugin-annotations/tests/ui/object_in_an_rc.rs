use std::rc::Rc;

use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Service {
    fn name(&self) -> String;
}

#[plugin_interface]
pub trait Tool {
    fn connect(&self, service: Rc<dyn Service>);
}

fn main() {}
