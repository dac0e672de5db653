use std::rc::Rc;

use plugin_interface::plugin_interface;

#[derive(Clone, plugin_interface::FfiSafe)]
pub struct Rule {
    pub weight: Rc<f64>,
}

#[plugin_interface]
pub trait Tool {
    fn rules(&self) -> &'static [Rule];
}

fn main() {}
