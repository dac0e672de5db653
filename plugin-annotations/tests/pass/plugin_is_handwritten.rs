use plugin_interface::{Greeter, plugin_aggregates, plugin_impl};

#[plugin_aggregates(Greeter)]
mod plugin {}

#[derive(Default)]
struct Polite;

#[plugin_impl(Greeter)]
impl Greeter for Polite {
    fn name(&self) -> &str {
        "polite"
    }

    fn greet(&self, _: &str) -> String {
        String::new()
    }
}

fn main() {}
