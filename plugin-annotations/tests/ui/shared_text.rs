use std::rc::Rc;

use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn share(&self, text: Rc<str>);
}

fn main() {}
