use plugin_interface::{Greeter, plugin_aggregates, plugin_impl};

#[plugin_aggregates(Greeter)]
mod plugin {}

#[plugin_impl(Greeter)]
#[derive(Default)]
pub struct Polite;

impl Greeter for Polite {
    fn name(&self) -> &str {
        "polite"
    }

    fn greet(&self, target: &str) -> String {
        format!("Good day, {target}.")
    }
}

fn main() {}
