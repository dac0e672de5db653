use plugin_interface::{Greeter, plugin_aggregates, plugin_impl, plugin_interface};

#[plugin_aggregates(Greeter)]
mod plugin {}

#[plugin_interface]
pub trait Site: Sync {
    fn title(&self) -> String;
}

#[derive(Default)]
pub struct Footer;

#[plugin_impl(Greeter, needs(dyn Site))]
impl Greeter for Footer {
    fn name(&self) -> &str {
        "footer"
    }

    fn greet(&self, target: &str) -> String {
        target.to_owned()
    }
}

fn main() {}
