use std::any::Any;

use plugin_interface::plugin_interface;

#[plugin_interface(version = "1.1")]
pub trait Tool {
    fn run(&self);

    #[since("1.1")]
    fn as_any(&self) -> &dyn Any;
}

fn main() {}
