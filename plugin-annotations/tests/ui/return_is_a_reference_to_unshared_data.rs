use std::rc::Rc;

use plugin_interface::plugin_interface;

#[plugin_interface]
pub trait Tool {
    fn title(&self) -> &Rc<str>;
}

fn main() {}
